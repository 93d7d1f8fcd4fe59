//! A host with callbacks that do as a test tells them.

use super::codes;
use super::reader::HostReader;
use super::retry::RetryPolicy;
use super::writer::HostWriter;
use std::time::Duration;

/// Retries without making the tests wait.
pub const QUICK: RetryPolicy = RetryPolicy {
    max_attempts: 3,
    delay: Duration::from_millis(1),
    max_delay: Duration::from_millis(2),
    within: None,
    transient: Vec::new(),
};

/// Reads from memory.
pub struct FakeReader {
    bytes: Vec<u8>,
    position: usize,
    pub reads: usize,
    pub seeks: Vec<(i64, i32)>,
    pub size_answer: i64,
    /// `None`: goes to the end and says where that is.
    pub end_answer: Option<i64>,
    /// What the end of the input is told with.
    pub end: i32,
    /// Added to every count.
    pub claims: i32,
    /// Added to what a seek answers.
    pub lands_beside: i64,
}

impl FakeReader {
    pub fn new(bytes: &[u8]) -> Self {
        FakeReader {
            bytes: bytes.to_vec(),
            position: 0,
            reads: 0,
            seeks: Vec::new(),
            size_answer: -38,
            end_answer: None,
            end: codes::EOF,
            claims: 0,
            lands_beside: 0,
        }
    }
}

impl HostReader for FakeReader {
    fn read(&mut self, buf: &mut [u8]) -> i32 {
        self.reads += 1;
        if self.claims > 0 {
            return self.claims;
        }
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let count = rest.len().min(buf.len());
        if count == 0 {
            return self.end;
        }
        buf[..count].copy_from_slice(&rest[..count]);
        self.position += count;
        i32::try_from(count).unwrap()
    }

    fn seek(&mut self, offset: i64, whence: i32) -> i64 {
        match whence {
            codes::WHENCE_SIZE => self.size_answer,
            codes::WHENCE_END => {
                if self.end_answer.is_none_or(|answer| answer >= 0) {
                    self.position = self.bytes.len();
                }
                self.end_answer.unwrap_or_else(|| i64::try_from(self.bytes.len()).unwrap())
            }
            _ => {
                self.seeks.push((offset, whence));
                self.position = usize::try_from(offset).unwrap();
                offset + self.lands_beside
            }
        }
    }
}

/// Keeps what it is given, as much of it at a time as it is told to.
#[derive(Default)]
pub struct FakeWriter {
    pub taken: Vec<u8>,
    /// Bytes accepted per call, or a code; the last one stays. Empty: everything.
    pub answers: Vec<i64>,
    pub calls: usize,
    pub only_slices: bool,
    /// An answer of more than was given means all of it.
    pub clamp: bool,
    /// The most pieces that one call brought.
    pub longest: usize,
}

impl HostWriter for FakeWriter {
    fn has_write(&self) -> bool {
        !self.only_slices
    }

    fn write(&mut self, data: &[u8]) -> i32 {
        i32::try_from(self.writev(&[data])).unwrap()
    }

    fn has_writev(&self) -> bool {
        self.only_slices
    }

    fn writev(&mut self, pieces: &[&[u8]]) -> i64 {
        let data = pieces.concat();
        self.longest = self.longest.max(pieces.len());
        let all = i64::try_from(data.len()).unwrap();
        let index = self.calls.min(self.answers.len().saturating_sub(1));
        self.calls += 1;
        let answer = self.answers.get(index).copied().unwrap_or(all);
        let answer = if self.clamp { answer.min(all) } else { answer };
        if let Ok(count) = usize::try_from(answer.min(all)) {
            self.taken.extend_from_slice(&data[..count]);
        }
        answer
    }

    fn can_seek(&self) -> bool {
        false
    }

    fn seek(&mut self, _: i64) -> i64 {
        -1
    }
}
