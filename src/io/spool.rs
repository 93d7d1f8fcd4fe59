//! An output that must be sought in, made in memory before it goes to a sink that cannot seek.

use super::{Buffer, Control, Sink};
use crate::error::{Error, LimitKind, Result};

/// A buffer that holds no more than it may. What is written here has not been written to the host yet.
pub struct Spool {
    bytes: Vec<u8>,
    position: usize,
    most: u64,
}

impl Spool {
    pub fn new(most: u64) -> Self {
        Spool { bytes: Vec::new(), position: 0, most }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Sink for Spool {
    fn write(&mut self, data: &[u8], control: &Control) -> Result<()> {
        control.check()?;
        let end = self.position.checked_add(data.len()).ok_or_else(Error::no_memory)?;
        if super::to_u64(end) > self.most {
            let message = format!("the output must be made in memory, and is longer than {} bytes", self.most);
            return Err(Error::limit(LimitKind::Spool, message).at_offset(self.most).hint(
                "raise max_spool_bytes in memux_limits, give the sink a seek callback, or choose another layout",
            ));
        }
        Buffer::put_at(&mut self.bytes, self.position, data)?;
        self.position = end;
        Ok(())
    }

    fn seek(&mut self, offset: u64, _: &Control) -> Result<()> {
        self.position = usize::try_from(offset).map_err(|_| Error::no_memory())?;
        Ok(())
    }

    fn can_seek(&self) -> bool {
        true
    }

    fn position(&self) -> u64 {
        super::to_u64(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Status;

    #[test]
    fn it_is_gone_back_in_and_never_longer_than_it_may() {
        let (mut spool, control) = (Spool::new(6), Control::unbounded());
        spool.write(b"abcd", &control).unwrap();
        spool.seek(1, &control).unwrap();
        spool.write(b"XY", &control).unwrap();
        spool.seek(4, &control).unwrap();
        spool.write(b"ef", &control).unwrap();
        let error = spool.write(b"g", &control).unwrap_err();
        assert_eq!((error.status, error.limit), (Status::Limit, LimitKind::Spool));
        assert_eq!(spool.bytes(), b"aXYdef");
        assert_eq!(control.progress().bytes_written, 0, "nothing has gone to the host");
    }
}
