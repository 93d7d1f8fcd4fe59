//! How the library's own objects are handed to C and come back. Each C type has one owner, `Box` or `Arc`, named once,
//! so that no object can be given out by one and freed by the other.

use super::ptr::{Out, null};
use crate::error::{Error, Result};
use std::sync::Arc;

/// A type that C knows as an incomplete struct.
pub trait Handle: Sized {
    type Owner: Owner<Self>;
}

/// What owns a value while C holds its address.
pub trait Owner<T>: Sized {
    fn hold(value: T) -> Result<Self>;
    fn into_raw(self) -> *mut T;
    /// # Safety
    /// The address came out of `into_raw` of this owner, and is given back once.
    unsafe fn from_raw(address: *mut T) -> Self;
}

impl<T> Owner<T> for Box<T> {
    /// By way of a vector, whose allocation may fail without ending the process.
    fn hold(value: T) -> Result<Self> {
        let mut one = Vec::new();
        one.try_reserve_exact(1).map_err(|_| Error::no_memory())?;
        one.push(value);
        let one: Box<[T; 1]> = one.try_into().map_err(|_| Error::internal("a vector of one is not one"))?;
        // SAFETY: an array of one and its element have one layout and one address.
        Ok(unsafe { Box::from_raw(Box::into_raw(one).cast::<T>()) })
    }

    fn into_raw(self) -> *mut T {
        Box::into_raw(self)
    }

    unsafe fn from_raw(address: *mut T) -> Self {
        // SAFETY: the caller's promise.
        unsafe { Box::from_raw(address) }
    }
}

impl<T> Owner<T> for Arc<T> {
    fn hold(value: T) -> Result<Self> {
        Ok(Arc::new(value))
    }

    fn into_raw(self) -> *mut T {
        Arc::into_raw(self).cast_mut()
    }

    unsafe fn from_raw(address: *mut T) -> Self {
        // SAFETY: the caller's promise.
        unsafe { Arc::from_raw(address) }
    }
}

/// Gives a value to the host.
pub fn give<T: Handle>(mut out: Out<*mut T>, value: T) -> Result<()> {
    out.put(T::Owner::hold(value)?.into_raw());
    Ok(())
}

/// Takes back what `give` gave; NULL is nothing.
///
/// # Safety
/// NULL, or an address from `give` that is not used any more.
pub unsafe fn free<T: Handle>(address: *mut T) {
    if !address.is_null() {
        // SAFETY: the owner is the one that `give` used, since the type names it.
        drop(unsafe { T::Owner::from_raw(address) });
    }
}

/// Looks at what the host holds.
///
/// # Safety
/// NULL, or an address from `give` that is not freed before the reference is gone.
pub unsafe fn borrow<'a, T: Handle>(address: *const T) -> Option<&'a T> {
    // SAFETY: the caller's promise.
    unsafe { address.as_ref() }
}

/// A share of its own, so that the host may free its handle meanwhile.
///
/// # Safety
/// NULL, or an address from `give` that is not freed before this returns.
pub unsafe fn share<T: Handle<Owner = Arc<T>>>(address: *const T, name: &str) -> Result<Arc<T>> {
    if address.is_null() {
        return Err(null(name));
    }
    // SAFETY: it came out of an `Arc`, since the type names that owner, and the host's share keeps it alive.
    unsafe {
        Arc::increment_strong_count(address);
        Ok(Arc::from_raw(address))
    }
}
