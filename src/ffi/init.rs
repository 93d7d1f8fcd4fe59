//! The `_init` functions: each zeroes a caller's struct and sets its size, as the caller's header knows it.

use super::count::{memux_count_options, memux_count_report};
use super::extract::{memux_extract_options, memux_extract_report};
use super::guard;
use super::input_options::{memux_input_options, memux_input_report};
use super::limits::memux_limits;
use super::packet::memux_packet;
use super::probe::{memux_probe_options, memux_probe_report};
use super::ptr;
use super::reader::memux_reader;
use super::remux::{memux_remux_options, memux_remux_report};
use super::run_options::memux_run_options;
use super::version::memux_build_info;
use super::writer::memux_writer;

/// Sets `reader` to the defaults: `memux_reader_init(&reader, sizeof reader)`. The size is the caller's, so that a
/// library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
/// nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `reader` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_reader_init(reader: *mut memux_reader, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(reader, struct_size) };
    })
}

/// Sets `writer` to the defaults: `memux_writer_init(&writer, sizeof writer)`. The size is the caller's, so that a
/// library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
/// nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `writer` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_writer_init(writer: *mut memux_writer, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(writer, struct_size) };
    })
}

/// Sets `limits` to the defaults: `memux_limits_init(&limits, sizeof limits)`. The size is the caller's, so that a
/// library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
/// nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `limits` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_limits_init(limits: *mut memux_limits, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(limits, struct_size) };
    })
}

/// Sets `options` to the defaults: `memux_run_options_init(&options, sizeof options)`. The size is the caller's, so
/// that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096,
/// does nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `options` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_run_options_init(options: *mut memux_run_options, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(options, struct_size) };
    })
}

/// Sets `options` to the defaults: `memux_count_options_init(&options, sizeof options)`. The size is the caller's, so
/// that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096,
/// does nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `options` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_count_options_init(options: *mut memux_count_options, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(options, struct_size) };
    })
}

/// Sets `report` to the defaults: `memux_count_report_init(&report, sizeof report)`. The size is the caller's, so
/// that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096,
/// does nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `report` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_count_report_init(report: *mut memux_count_report, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(report, struct_size) };
    })
}

/// Sets `options` to the defaults: `memux_extract_options_init(&options, sizeof options)`. The size is the caller's,
/// so that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above
/// 4096, does nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `options` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_extract_options_init(options: *mut memux_extract_options, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(options, struct_size) };
    })
}

/// Sets `report` to the defaults: `memux_extract_report_init(&report, sizeof report)`. The size is the caller's, so
/// that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096,
/// does nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `report` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_extract_report_init(report: *mut memux_extract_report, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(report, struct_size) };
    })
}

/// Sets `options` to the defaults: `memux_probe_options_init(&options, sizeof options)`. The size is the caller's,
/// so that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above
/// 4096, does nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `options` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_probe_options_init(options: *mut memux_probe_options, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(options, struct_size) };
    })
}

/// Sets `report` to the defaults: `memux_probe_report_init(&report, sizeof report)`. The size is the caller's, so
/// that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096,
/// does nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `report` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_probe_report_init(report: *mut memux_probe_report, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(report, struct_size) };
    })
}

/// Sets `options` to the defaults: `memux_remux_options_init(&options, sizeof options)`. The size is the caller's,
/// so that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above
/// 4096, does nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `options` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_remux_options_init(options: *mut memux_remux_options, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(options, struct_size) };
    })
}

/// Sets `report` to the defaults: `memux_remux_report_init(&report, sizeof report)`. The size is the caller's, so
/// that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096,
/// does nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `report` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_remux_report_init(report: *mut memux_remux_report, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(report, struct_size) };
    })
}

/// Sets `options` to the defaults: `memux_input_options_init(&options, sizeof options)`. The size is the caller's,
/// so that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above
/// 4096, does nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `options` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_input_options_init(options: *mut memux_input_options, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(options, struct_size) };
    })
}

/// Sets `report` to the defaults: `memux_input_report_init(&report, sizeof report)`. The size is the caller's, so
/// that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096,
/// does nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `report` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_input_report_init(report: *mut memux_input_report, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(report, struct_size) };
    })
}

/// Sets `packet` to the defaults: `memux_packet_init(&packet, sizeof packet)`. The size is the caller's, so
/// that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096,
/// does nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `packet` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_packet_init(packet: *mut memux_packet, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(packet, struct_size) };
    })
}

/// Sets `info` to the defaults: `memux_build_info_init(&info, sizeof info)`. The size is the caller's, so that a
/// library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
/// nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `info` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_build_info_init(info: *mut memux_build_info, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(info, struct_size) };
    })
}
