//! EBML: elements, each an id, a size and a body. Here the ones that are read one at a time; the blocks, of which there
//! may be hundreds of thousands, have a faster reader of their own.

use super::schema::{self, Kind};
use crate::walk::bytes::{length, slice};
use crate::walk::{Declined, Reason};

/// An element's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    pub id: u32,
    /// Where its body begins.
    pub body: u64,
    /// `None`: unknown, as live writers leave it.
    pub size: Option<u64>,
}

/// One inside a master element, with its body.
#[derive(Clone, Copy, Debug)]
pub struct Child<'a> {
    pub id: u32,
    /// Where its body begins in the input.
    pub at: u64,
    pub body: &'a [u8],
}

/// The number at the front, its marker taken off, and how many bytes it takes.
pub fn number(bytes: &[u8]) -> Option<(u64, u32)> {
    let first = *bytes.first()?;
    let width = first.leading_zeros().checked_add(1).filter(|width| *width <= 8)?;
    let field = bytes.get(..usize::try_from(width).ok()?)?;
    let raw = be(field);
    Some((raw & largest(width), width))
}

/// The value of `width` bytes that are all ones: as a size it is "unknown".
pub fn largest(width: u32) -> u64 {
    1_u64.checked_shl(width.saturating_mul(7)).unwrap_or(0).wrapping_sub(1)
}

/// A big-endian number; of more than 8 bytes, the last 8.
pub fn be(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

pub fn element(bytes: &[u8], at: u64) -> Option<Element> {
    let head = bytes.get(usize::try_from(at).ok()?..)?;
    let (_, id_width) = number(head).filter(|(_, width)| *width <= 4)?;
    let (id, rest) = head.split_at_checked(usize::try_from(id_width).ok()?)?;
    let (size, size_width) = number(rest)?;
    let body = at.checked_add(u64::from(id_width))?.checked_add(u64::from(size_width))?;
    let size = Some(size).filter(|size| *size != largest(size_width));
    Some(Element { id: u32::try_from(be(id)).ok()?, body, size })
}

impl Element {
    /// The body of an element that must have a size and lie before `end`.
    pub fn within<'a>(&self, bytes: &'a [u8], end: u64) -> Result<Child<'a>, Declined> {
        let size = self.size.ok_or(Declined::structure("an element without a size where it must have one"));
        let size = size.map_err(|declined| declined.at(self.body))?;
        let fits = self.body.checked_add(size).is_some_and(|reach| reach <= end);
        let body = slice(bytes, self.body, size).filter(|_| fits);
        let body = body.ok_or(Declined::damaged("an element that reaches past its parent").at(self.body))?;
        Ok(Child { id: self.id, at: self.body, body })
    }
}

impl<'a> Child<'a> {
    /// What is inside a master element.
    pub fn children(&self) -> Children<'a> {
        Children { bytes: self.body, base: self.at, at: 0 }
    }

    /// A number; `default` where the body is empty.
    pub fn uint(&self, default: u64) -> u64 {
        if self.body.is_empty() { default } else { be(self.body) }
    }

    pub fn float(&self, default: f64) -> f64 {
        match *self.body {
            [a, b, c, d] => f64::from(f32::from_be_bytes([a, b, c, d])),
            [a, b, c, d, e, f, g, h] => f64::from_be_bytes([a, b, c, d, e, f, g, h]),
            _ => default,
        }
    }

    /// Text ends at its first zero.
    pub fn text(&self) -> &'a [u8] {
        self.body.split(|byte| *byte == 0).next().unwrap_or_default()
    }

    pub fn end(&self) -> u64 {
        self.at.saturating_add(length(self.body))
    }
}

/// The elements inside a master element. Ends after the first that is not whole.
pub struct Children<'a> {
    bytes: &'a [u8],
    base: u64,
    at: u64,
}

impl<'a> Iterator for Children<'a> {
    type Item = Result<Child<'a>, Declined>;

    fn next(&mut self) -> Option<Self::Item> {
        let end = length(self.bytes);
        if self.at >= end {
            return None;
        }
        let here = self.base.saturating_add(self.at);
        let child = element(self.bytes, self.at)
            .ok_or(Declined::damaged("an element whose header is damaged"))
            .and_then(|element| element.within(self.bytes, end))
            .map_err(|declined| Declined { offset: None, ..declined }.at(here));
        self.at = child.as_ref().map_or(end, |child| child.end());
        Some(child.map(|child| Child { at: self.base.saturating_add(child.at), ..child }))
    }
}

/// Counts elements that do not belong where they are. libavformat takes many of them in a row, or a large one, for a
/// sign that it has lost its way; a walk leaves the file to it a good while before.
#[derive(Default)]
pub struct Strangers(u32);

impl Strangers {
    const LARGE: u64 = 512 * 1024;

    pub fn pass(&mut self, known: bool, size: u64, at: u64) -> Result<(), Declined> {
        self.0 = if known { 0 } else { self.0.saturating_add(1) };
        if self.0 > 2 || (!known && size > Self::LARGE) {
            return Err(Declined::structure("unknown elements, many or large").at(at));
        }
        Ok(())
    }
}

/// How deep master elements are read inside each other; libavformat stops at 16.
const DEPTH: u32 = 10;

/// Holds a master element and all inside it to what libavformat asks of them: a size that fits, and lengths that the
/// kinds of elements can have. Where that finds a fault it would look for the next element that it knows.
pub fn check(master: &Child, strangers: &mut Strangers) -> Result<(), Declined> {
    check_deep(master, strangers, DEPTH)
}

fn check_deep(master: &Child, strangers: &mut Strangers, depth: u32) -> Result<(), Declined> {
    let depth = depth.checked_sub(1).ok_or(Declined::structure("elements nested too deep").at(master.at))?;
    for child in master.children() {
        let child = child?;
        let kind = schema::kind(master.id, child.id);
        let size = length(child.body);
        strangers.pass(kind.is_some(), size, child.at)?;
        if kind.is_none() && (schema::is_top_level(child.id) || matches!(child.id, schema::EBML | schema::SEGMENT)) {
            // Whether the input is whole is then told by other sizes than those of the parts around.
            return Err(Declined::structure("a part of the Segment within another").at(child.at));
        }
        let sound = match kind {
            Some(Kind::Master) => {
                check_deep(&child, strangers, depth)?;
                true
            }
            Some(Kind::Number) => size <= 8,
            Some(Kind::Float) => matches!(size, 0 | 4 | 8),
            Some(Kind::Text) => size <= 0x0100_0000,
            Some(Kind::Binary) => size <= schema::MOST_BINARY,
            Some(Kind::Skipped) | None => true,
        };
        if !sound {
            return Err(Declined::new(Reason::Damaged, "an element of a size that its kind cannot have").at(child.at));
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_one_to_eight_bytes() {
        assert_eq!(number(&[0x81]), Some((1, 1)));
        assert_eq!(number(&[0x40, 0x02, 9]), Some((2, 2)));
        assert_eq!(number(&[1, 0, 0, 0, 0, 0, 0, 5]), Some((5, 8)));
        assert_eq!(number(&[0, 1]), None, "no marker");
        assert_eq!(number(&[0x40]), None, "cut");
        assert_eq!(number(&[]), None);
    }

    #[test]
    fn an_element_is_an_id_and_a_size_that_may_be_unknown() {
        let cluster = [0x1f, 0x43, 0xb6, 0x75, 0xff];
        assert_eq!(element(&cluster, 0), Some(Element { id: schema::CLUSTER, body: 5, size: None }));
        assert_eq!(element(&[0, 0xec, 0x82, 1, 2], 1), Some(Element { id: schema::VOID, body: 3, size: Some(2) }));
        assert_eq!(element(&[0x08, 0, 0, 0, 0, 0x81], 0), None, "an id of five bytes");
    }

    #[test]
    fn a_child_past_the_end_of_its_parent_ends_the_parent() {
        let master = Child { id: schema::INFO, at: 100, body: &[0xec, 0x80, 0xec, 0x85, 0] };
        let children: Vec<_> = master.children().map(|child| child.map(|child| child.at)).collect();
        assert_eq!(children[0], Ok(102));
        assert_eq!(children[1].unwrap_err().offset, Some(102));
        assert_eq!(children.len(), 2);
    }

    #[test]
    fn lengths_that_a_kind_cannot_have_are_declined() {
        let check = |body: &[u8]| check(&Child { id: schema::INFO, at: 0, body }, &mut Strangers::default()).is_ok();
        assert!(check(&[0x44, 0x89, 0x84, 0, 0, 0, 0]), "a float of four bytes");
        assert!(!check(&[0x44, 0x89, 0x83, 0, 0, 0]), "a float of three");
        assert!(check(&[0x42, 0x42, 0x83, 0, 0, 0]), "one unknown element");
        assert!(!check(&[0x42, 0x42, 0x80].repeat(3)), "three in a row");
        assert!(check(&[0x42, 0x42, 0x80, 0xec, 0x80].repeat(3)), "with fillers between");
    }

    #[test]
    fn masters_inside_each_other_for_ever_are_declined() {
        let mut tag = vec![0x67, 0xc8, 0x80];
        for _ in 0..20 {
            let size = 0x80 | u8::try_from(tag.len()).unwrap();
            tag.splice(0..0, [0x67, 0xc8, size]);
        }
        let tag = Child { id: schema::TAG, at: 0, body: &tag };
        assert!(check(&tag, &mut Strangers::default()).is_err());
    }
}
