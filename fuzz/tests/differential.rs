//! The inputs that libFuzzer found are tried again without it.

use memux_fuzz::{differential, kept};

#[test]
fn both_roads_agree_on_all_kept_inputs() {
    let inputs = kept("differential");
    let walked = inputs.iter().filter(|(name, input)| {
        eprintln!("{name}");
        differential::check(input)
    });
    // Where the walk declines nothing is compared.
    assert!(walked.count() * 3 > inputs.len(), "hardly any input is walked");
}
