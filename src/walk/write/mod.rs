//! Containers made of the samples of others: headers are written here, the samples stay where they lie.

mod boxes;
mod fragment;
mod interleave;
mod movie;

pub use fragment::{Fragment, Index};
pub use interleave::{Interleaved, Lane, Taken};
pub use movie::{begin, describe};
