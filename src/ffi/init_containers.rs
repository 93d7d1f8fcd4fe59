//! The `_init` functions of what containers are opened and made with.

use super::digest::{memux_digest_options, memux_digest_report};
use super::fanout::{memux_fanout_options, memux_fanout_output, memux_fanout_report, memux_fanout_result};
use super::guard;
use super::input_options::{memux_input_options, memux_input_report};
use super::packet::memux_packet;
use super::probe::{memux_probe_options, memux_probe_report};
use super::ptr;
use super::remux::{memux_remux_options, memux_remux_report};
use super::segment::{memux_segment_options, memux_segment_report};

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

/// Sets `options` to the defaults: `memux_fanout_options_init(&options, sizeof options)`. The size is the caller's, so that a
/// library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
/// nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `options` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_fanout_options_init(options: *mut memux_fanout_options, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(options, struct_size) };
    })
}

/// Sets `output` to the defaults: `memux_fanout_output_init(&output, sizeof output)`. The size is the caller's, so that a
/// library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
/// nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `output` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_fanout_output_init(output: *mut memux_fanout_output, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(output, struct_size) };
    })
}

/// Sets `result` to the defaults: `memux_fanout_result_init(&result, sizeof result)`. The size is the caller's, so that a
/// library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
/// nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `result` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_fanout_result_init(result: *mut memux_fanout_result, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(result, struct_size) };
    })
}

/// Sets `report` to the defaults: `memux_fanout_report_init(&report, sizeof report)`. The size is the caller's, so that a
/// library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
/// nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `report` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_fanout_report_init(report: *mut memux_fanout_report, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(report, struct_size) };
    })
}

/// Sets `options` to the defaults: `memux_digest_options_init(&options, sizeof options)`. The size is the caller's, so that a
/// library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
/// nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `options` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_digest_options_init(options: *mut memux_digest_options, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(options, struct_size) };
    })
}

/// Sets `report` to the defaults: `memux_digest_report_init(&report, sizeof report)`. The size is the caller's, so that a
/// library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
/// nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `report` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_digest_report_init(report: *mut memux_digest_report, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(report, struct_size) };
    })
}

/// Sets `options` to the defaults: `memux_segment_options_init(&options, sizeof options)`. The size is the caller's, so that a
/// library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
/// nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `options` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_segment_options_init(options: *mut memux_segment_options, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(options, struct_size) };
    })
}

/// Sets `report` to the defaults: `memux_segment_report_init(&report, sizeof report)`. The size is the caller's, so that a
/// library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
/// nothing.
///
/// Ownership: nothing changes hands.
/// Threads: any.
/// Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
/// Since 0.1.0.
///
/// # Safety
/// `report` is NULL or the address of `struct_size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_segment_report_init(report: *mut memux_segment_report, struct_size: usize) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { ptr::init(report, struct_size) };
    })
}
