//! What crosses the boundary as a pointer, checked once and turned into something safe: structs that carry their size,
//! places for results, strings and numbers.

use crate::error::{Error, Result, Status};
use std::ffi::{CStr, c_char};
use std::mem::{MaybeUninit, size_of};
use std::ptr::NonNull;

/// No struct of any version is larger; a size above it is a mistake.
const MAX_SIZE: usize = 4096;

/// A struct that a host owns, and that may be of an older or a newer version than ours.
///
/// # Safety
/// `repr(C)`, its first member is `struct_size: usize`, it has no padding, and all bytes zero are a valid value.
pub unsafe trait Versioned: Copy {
    const NAME: &'static str;
    /// Its size in the first version that had it.
    const FIRST_SIZE: usize;
}

/// A struct as it was read: the part that is known, and whether there is more.
pub struct Given<T> {
    pub value: T,
    newer: bool,
}

impl<T: Versioned> Given<T> {
    /// The struct, unless it asks for something that this version has not heard of.
    pub fn known(self) -> Result<T> {
        only_known::<T>(self.newer).map(|()| self.value)
    }
}

fn only_known<T: Versioned>(newer: bool) -> Result<()> {
    if newer {
        let message = format!("{} has a member set that this version of memux does not know", T::NAME);
        return Err(unsupported(message).hint("the host was compiled for a newer memux than the one loaded"));
    }
    Ok(())
}

pub fn unsupported(message: String) -> Error {
    Error::new(Status::Unsupported, message).at_stage(crate::error::Stage::Arguments)
}

pub fn null(name: &str) -> Error {
    Error::invalid(format!("{name} is NULL"))
}

/// Reads a caller's struct; `None` for NULL.
///
/// # Safety
/// NULL, or the address of a struct as large as its `struct_size` says, which nobody writes to meanwhile.
pub unsafe fn read<T: Versioned>(address: *const T) -> Result<Option<Given<T>>> {
    let Some(address) = NonNull::new(address.cast_mut()) else { return Ok(None) };
    // SAFETY: the first member is the size; the host promises the rest.
    let (size, newer) = unsafe { measure(address) }?;
    let mut value = MaybeUninit::<T>::zeroed();
    // SAFETY: both sides hold as many bytes as are copied, and all-zero is a value of T.
    let value = unsafe {
        let known = size.min(size_of::<T>());
        address.cast::<u8>().copy_to_nonoverlapping(NonNull::from(&mut value).cast(), known);
        value.assume_init()
    };
    Ok(Some(Given { value, newer }))
}

/// The struct's size, and whether a member is set that lies beyond what is known.
///
/// # Safety
/// The address of a struct as large as its `struct_size` says.
unsafe fn measure<T: Versioned>(address: NonNull<T>) -> Result<(usize, bool)> {
    // SAFETY: `struct_size` is the first member; alignment is not taken for granted.
    let size = unsafe { address.cast::<usize>().read_unaligned() };
    if !(T::FIRST_SIZE..=MAX_SIZE).contains(&size) {
        let message = format!("{}.struct_size is {size}, which no version has", T::NAME);
        return Err(Error::invalid(message).hint("call the struct's _init function first"));
    }
    let more = size.saturating_sub(size_of::<T>());
    if more == 0 {
        return Ok((size, false));
    }
    // SAFETY: the host's struct goes on for `more` bytes behind the part that is known.
    let tail = unsafe { std::slice::from_raw_parts(address.add(1).cast::<u8>().as_ptr(), more) };
    Ok((size, tail.iter().any(|byte| *byte != 0)))
}

/// Where a struct of results goes; nowhere, if the host gave NULL.
pub struct Place<T> {
    target: Option<(NonNull<T>, usize)>,
    newer: bool,
}

/// Checks a caller's struct that is to be filled.
///
/// # Safety
/// NULL, or the address of a struct as large as its `struct_size` says, which is the library's until the call ends.
pub unsafe fn place<T: Versioned>(address: *mut T) -> Result<Place<T>> {
    let Some(address) = NonNull::new(address) else { return Ok(Place::nowhere()) };
    // SAFETY: the host's promise.
    let (size, newer) = unsafe { measure(address) }?;
    Ok(Place { target: Some((address, size)), newer })
}

impl<T: Versioned> Place<T> {
    pub fn nowhere() -> Self {
        Place { target: None, newer: false }
    }

    pub fn known(&self) -> Result<()> {
        only_known::<T>(self.newer)
    }

    pub fn is_null(&self) -> bool {
        self.target.is_none()
    }

    /// Writes as much of `value` as the host's version has, its `struct_size` as it was.
    pub fn write(&mut self, value: &T) {
        let Some((target, size)) = self.target else { return };
        let first = size_of::<usize>();
        let count = size.min(size_of::<T>()).saturating_sub(first);
        // SAFETY: `place` was promised that the target holds `size` bytes; `value` is padding-free and of the size of
        // T.
        unsafe {
            let from = NonNull::from(value).cast::<u8>().add(first);
            from.copy_to_nonoverlapping(target.cast::<u8>().add(first), count);
        }
    }
}

/// Zeroes a caller's struct and sets its size. A size that no struct has touches nothing.
///
/// # Safety
/// NULL, or the address of `size` bytes that may be written.
pub unsafe fn init<T: Versioned>(address: *mut T, size: usize) {
    if address.is_null() || !(size_of::<usize>()..=MAX_SIZE).contains(&size) {
        return;
    }
    // SAFETY: the host's promise; the size fits where the first member lies.
    unsafe {
        address.cast::<u8>().write_bytes(0, size);
        address.cast::<usize>().write_unaligned(size);
    }
}

/// A place for one result, written on success only.
pub struct Out<T>(NonNull<T>);

/// # Safety
/// NULL, or a place that may be written to until the call ends.
pub unsafe fn out<T>(address: *mut T, name: &str) -> Result<Out<T>> {
    NonNull::new(address).map(Out).ok_or_else(|| null(name))
}

/// A place for a handle: NULL until there is one.
///
/// # Safety
/// As for `out`.
pub unsafe fn handle_out<T>(address: *mut *mut T, name: &str) -> Result<Out<*mut T>> {
    // SAFETY: passed on.
    let mut out = unsafe { out(address, name) }?;
    out.put(std::ptr::null_mut());
    Ok(out)
}

impl<T> Out<T> {
    pub fn put(&mut self, value: T) {
        // SAFETY: `out` was promised that this may be written to.
        unsafe { self.0.write(value) };
    }
}

/// The host's array.
///
/// # Safety
/// `count` values from `first` on are there, if it is not NULL, and stay as they are as long as the result is used.
pub unsafe fn array<'a, T>(first: *const T, count: usize, name: &str) -> Result<&'a [T]> {
    match count {
        0 => Ok(&[]),
        _ if first.is_null() => Err(null(name)),
        _ if count > isize::MAX.unsigned_abs() / size_of::<T>() => {
            Err(Error::invalid(format!("{name} is longer than any memory")))
        }
        // SAFETY: the caller's promise.
        _ => Ok(unsafe { std::slice::from_raw_parts(first, count) }),
    }
}

/// The host's string, copied; `None` for NULL.
///
/// # Safety
/// NULL, or the address of a string that ends in a zero byte.
pub unsafe fn text(address: *const c_char, name: &str) -> Result<Option<String>> {
    if address.is_null() {
        return Ok(None);
    }
    // SAFETY: the host's promise.
    let text = unsafe { CStr::from_ptr(address) };
    let text = text.to_str().map_err(|_| Error::invalid(format!("{name} is not UTF-8")))?;
    let mut copy = String::new();
    copy.try_reserve_exact(text.len()).map_err(|_| Error::no_memory())?;
    copy.push_str(text);
    Ok(Some(copy))
}

/// A number for which 0 means the default.
pub fn number<T: TryInto<U> + Copy + PartialEq + Default, U>(value: T, name: &str) -> Result<Option<U>> {
    if value == T::default() {
        return Ok(None);
    }
    value.try_into().map(Some).map_err(|_| Error::invalid(format!("{name} is negative")))
}

/// A member that has no meaning yet.
pub fn reserved(value: i32, name: &str) -> Result<()> {
    if value == 0 { Ok(()) } else { Err(Error::invalid(format!("{name} is not 0"))) }
}

pub fn unknown(value: i32, name: &str) -> Error {
    Error::invalid(format!("{name} is {value}, which is none of its values"))
}
