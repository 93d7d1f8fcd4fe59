//! The inputs that libFuzzer found are tried again without it. One test in a process of its own: it looks at the memory
//! of the whole process.

use memux_fuzz::memory::Counting;
use memux_fuzz::{kept, robust};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn the_walk_comes_to_an_end_with_little_memory_on_all_kept_inputs() {
    for (name, input) in kept("robust").into_iter().chain(kept("differential")) {
        eprintln!("{name}");
        robust::check(&input);
    }
}
