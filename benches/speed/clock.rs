//! Time that the process itself used, and rounds in which all variants take turns: the machine is shared, so that only
//! ratios within a round mean something.

use std::time::Duration;

/// CPU time of this process, all threads, or wall time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    Cpu,
    Wall,
}

impl Clock {
    pub fn now(self) -> Duration {
        let clock = match self {
            Clock::Cpu => libc::CLOCK_PROCESS_CPUTIME_ID,
            Clock::Wall => libc::CLOCK_MONOTONIC,
        };
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: a place for the time.
        assert_eq!(unsafe { libc::clock_gettime(clock, &raw mut time) }, 0);
        Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
    }
}

/// How long a measurement of one variant takes at least: short jobs are repeated.
const AT_LEAST: Duration = Duration::from_millis(2);

/// One way to do a job; gives its answer.
pub struct Variant<'a> {
    pub name: &'static str,
    pub clock: Clock,
    pub run: Box<dyn FnMut() -> u64 + 'a>,
}

/// The median time of one run of each variant, and the median of the first variant's time over it.
pub struct Measured {
    pub name: &'static str,
    pub time: Duration,
    pub ratio: f64,
}

/// Variant by variant, round by round. The first is the baseline. All must give one answer, but for those named by a
/// leading `limit`, which have none.
pub fn measure(mut variants: Vec<Variant>, rounds: usize) -> Vec<Measured> {
    let answers: Vec<u64> = variants.iter_mut().map(|variant| (variant.run)()).collect();
    for (variant, answer) in variants.iter().zip(&answers) {
        let judged = !variant.name.starts_with("limit");
        assert!(!judged || *answer == answers[0], "{} answers {answer}, the baseline {}", variant.name, answers[0]);
    }
    let repeats: Vec<u32> = variants.iter_mut().map(repeats).collect();
    let mut times = vec![Vec::new(); variants.len()];
    for round in 0..rounds {
        // Whoever runs behind the one that empties the cache is another one each time.
        let count = variants.len();
        for nth in (0..count).map(|nth| (nth + round) % count) {
            times[nth].push(time(&mut variants[nth], repeats[nth]));
        }
    }
    let baseline = times[0].clone();
    let measured = variants.iter().zip(&times).map(|(variant, times)| {
        let ratios = baseline.iter().zip(times).map(|(baseline, own)| baseline.as_secs_f64() / own.as_secs_f64());
        let time = median(times.iter().map(Duration::as_secs_f64).collect());
        Measured { name: variant.name, time: Duration::from_secs_f64(time), ratio: median(ratios.collect()) }
    });
    measured.collect()
}

fn time(variant: &mut Variant, repeats: u32) -> Duration {
    let clock = if variant.clock == Clock::Cpu { Clock::Cpu } else { Clock::Wall };
    let begin = clock.now();
    for _ in 0..repeats {
        std::hint::black_box((variant.run)());
    }
    ((clock.now() - begin) / repeats).max(Duration::from_nanos(1))
}

fn repeats(variant: &mut Variant) -> u32 {
    let once = time(variant, 1);
    u32::try_from(AT_LEAST.as_nanos() / once.as_nanos().max(1)).unwrap_or(1).clamp(1, 2000)
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
