use super::*;

const ALL: [Container; 13] = [
    Container::Mp4,
    Container::Matroska,
    Container::MpegTs,
    Container::MpegPs,
    Container::Flv,
    Container::Avi,
    Container::Ogg,
    Container::Wav,
    Container::Flac,
    Container::Mp3,
    Container::Aac,
    Container::Amr,
    Container::Other,
];

#[test]
fn demuxer_names_lead_to_containers() {
    for (name, container) in [
        ("mov,mp4,m4a,3gp,3g2,mj2", Container::Mp4),
        ("matroska,webm", Container::Matroska),
        ("mpegts", Container::MpegTs),
        ("mpeg", Container::MpegPs),
        ("live_flv", Container::Flv),
        ("amrwb", Container::Amr),
        ("w64", Container::Other),
        ("", Container::Other),
    ] {
        assert_eq!(Container::from_ffmpeg_name(name), container, "{name}");
    }
}

#[test]
fn nothing_is_claimed_about_other_containers() {
    let watcher = shown(Container::Other, &[1; 100], None, 100);
    assert_eq!(watcher.want(), None);
    assert_eq!(watcher.order(), Order::Undecided);
    assert!(watcher.header_read());
    assert_eq!(watcher.finish(100), Verdict::Unknown);
}

#[test]
fn only_the_wanted_bytes_advance_the_walk() {
    let data = make::seeking_mp4();
    let mut watcher = Watcher::new(Container::Mp4, None);
    let moov = data.len() - make::moov(&[make::Trak::video(&[0, 0])], &[]).len();
    watcher.see(moov as u64, &data[moov..]).unwrap();
    assert_eq!(watcher.want(), Some(0));
    watcher.see(0, &data[..40]).unwrap();
    assert_eq!(watcher.want(), Some(moov as u64));
    watcher.see(10, &data[10..moov]).unwrap();
    assert_eq!(watcher.want(), Some(moov as u64));
    watcher.see(moov as u64 - 5, &data[moov - 5..]).unwrap();
    assert_eq!(watcher.finish(data.len() as u64), Verdict::Complete);
}

#[test]
fn bytes_that_were_never_shown_leave_the_finding_open() {
    let data = make::seeking_mp4();
    let watcher = shown(Container::Mp4, &data[..40], Some(data.len() as u64), 40);
    assert_eq!(watcher.finish(data.len() as u64), Verdict::Unknown);
}

#[test]
fn nothing_is_wanted_past_the_known_size() {
    let data = make::seeking_mp4();
    let watcher = shown(Container::Mp4, &data[..100], Some(100), 100);
    assert_eq!(watcher.want(), None);
    assert_eq!(watcher.finish(100), Verdict::Truncated { at: 100 });
}

#[test]
fn a_promise_from_outside_counts() {
    let data = make::streamable_mp4();
    let end = data.len() as u64;
    let mut watcher = shown(Container::Mp4, &data, None, data.len());
    assert_eq!(watcher.promised_end(), Some(end));
    watcher.promise(end);
    assert_eq!(watcher.finish(end), Verdict::Complete);
    watcher.promise(end + 1);
    assert_eq!(watcher.finish(end), Verdict::Truncated { at: end });
}

#[test]
fn garbage_never_panics_and_is_found_alike_however_it_comes() {
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    for round in 0..4000 {
        let length = 1 + noise.below(if round % 50 == 0 { 9000 } else { 300 });
        let mut data: Vec<u8> = (0..length).map(|_| noise.next() as u8).collect();
        if round % 3 == 0 {
            data.iter_mut().for_each(|byte| *byte &= 0x03);
        }
        same_however_it_comes(ALL[round % ALL.len()], &data, &mut noise);
    }
}

#[test]
fn damaged_inputs_never_panic_and_are_found_alike_however_they_come() {
    let mut noise = Noise(0x2545_f491_4f6c_dd1d);
    let inputs = [
        (Container::Mp4, make::streamable_mp4()),
        (Container::Mp4, make::seeking_mp4()),
        (Container::Mp4, [make::fragmented_head(Some(160)), make::fragment(0)].concat()),
        (Container::Matroska, matroska::whole()),
        (Container::MpegTs, mpeg::transport()),
        (Container::MpegPs, mpeg::program()),
        (Container::Flv, tagged::flv()),
        (Container::Avi, tagged::avi()),
        (Container::Ogg, tagged::ogg()),
        (Container::Wav, tagged::wav()),
        (Container::Flac, audio::flac()),
        (Container::Mp3, audio::mp3()),
        (Container::Aac, audio::adts()),
        (Container::Amr, audio::amr()),
    ];
    for round in 0..6000 {
        let (container, data) = &inputs[round % inputs.len()];
        let mut data = data.clone();
        for _ in 0..=noise.below(8) {
            let place = noise.below(data.len());
            data[place] = match noise.below(4) {
                0 => 0,
                1 => 0xff,
                2 => data[place] ^ (1 << noise.below(8)),
                _ => noise.next() as u8,
            };
        }
        if noise.below(3) == 0 {
            let place = noise.below(data.len());
            data.truncate(place.max(1));
        }
        same_however_it_comes(*container, &data, &mut noise);
    }
}

fn same_however_it_comes(container: Container, data: &[u8], noise: &mut Noise) {
    let end = data.len() as u64;
    let found = |chunk: usize| {
        let watcher = try_shown(container, data, Some(end), chunk)?;
        Ok::<_, Claim>((watcher.finish(end), watcher.order(), watcher.tracks(), watcher.promised_end()))
    };
    let chunk = [1, 2, 7, 100][noise.below(4)];
    assert_eq!(found(data.len()), found(chunk), "{container:?} in chunks of {chunk}: {data:02x?}");
}
