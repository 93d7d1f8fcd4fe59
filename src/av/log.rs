//! FFmpeg's own messages, for a host that asks for them. The one thing here that is global to the process, since it is so
//! in FFmpeg; nothing is touched unless the host asks.

use super::ffmpeg as ff;
use libc::{c_char, c_int, c_void};
use std::ffi::CStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// What a host gives for FFmpeg's messages; called on whichever thread FFmpeg speaks.
pub type Logger = Arc<dyn Fn(i32, &CStr) + Send + Sync>;

struct Setting {
    level: c_int,
    logger: Logger,
}

static SETTING: RwLock<Option<Setting>> = RwLock::new(None);

/// The level of the setting. FFmpeg says something of each sample that it lists, which nearly nobody wants to hear: that
/// is not to cost a lock.
static LEVEL: AtomicI32 = AtomicI32::new(i32::MIN);

/// Messages up to `level` go to `logger`; none puts FFmpeg's own printing back.
pub fn set(level: i32, logger: Option<Logger>) {
    let asked = logger.is_some();
    LEVEL.store(level, Ordering::Relaxed);
    *SETTING.write().unwrap_or_else(PoisonError::into_inner) = logger.map(|logger| Setting { level, logger });
    // SAFETY: FFmpeg calls back with the arguments that its own callback takes.
    unsafe { ff::av_log_set_callback(Some(if asked { hear } else { print })) }
}

/// FFmpeg's own printing, by an address that can be handed to FFmpeg.
unsafe extern "C" fn print(about: *mut c_void, level: c_int, format: *const c_char, arguments: *mut c_void) {
    // SAFETY: FFmpeg's own arguments, passed on as they came.
    unsafe { ff::av_log_default_callback(about, level, format, arguments) }
}

unsafe extern "C" fn hear(about: *mut c_void, level: c_int, format: *const c_char, arguments: *mut c_void) {
    if level & 0xff > LEVEL.load(Ordering::Relaxed) {
        return;
    }
    // A panic must not unwind through FFmpeg; there is nobody to tell.
    drop(catch_unwind(AssertUnwindSafe(|| {
        let setting = SETTING.read().unwrap_or_else(PoisonError::into_inner);
        // The low byte is the level; the others colour it.
        let Some(logger) =
            setting.as_ref().filter(|setting| level & 0xff <= setting.level).map(|s| Arc::clone(&s.logger))
        else {
            return;
        };
        // The host may set another logger from inside its own.
        drop(setting);
        let mut line = [0 as c_char; 1024];
        let mut with_prefix = 1;
        let size = c_int::try_from(line.len()).unwrap_or(0);
        // SAFETY: FFmpeg's own arguments, passed on as they came; the line is as long as is said, and is zero-ended.
        let text = unsafe {
            ff::av_log_format_line2(about, level, format, arguments, line.as_mut_ptr(), size, &raw mut with_prefix);
            CStr::from_ptr(line.as_ptr())
        };
        logger(level & 0xff, text);
    })));
}
