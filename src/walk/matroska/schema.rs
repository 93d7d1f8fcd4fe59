//! Which elements may stand in which, and what their bodies hold, as far as the FFmpeg compiled against reads them.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Master,
    /// With or without a sign.
    Number,
    Float,
    Text,
    Binary,
    /// Known, and not looked into.
    Skipped,
}

/// The largest body of a binary element.
pub const MOST_BINARY: u64 = 0x1000_0000;

pub const EBML: u32 = 0x1a45_dfa3;
pub const READ_VERSION: u32 = 0x42f7;
pub const MAX_ID_LENGTH: u32 = 0x42f2;
pub const MAX_SIZE_LENGTH: u32 = 0x42f3;
pub const DOC_TYPE: u32 = 0x4282;
pub const DOC_TYPE_READ_VERSION: u32 = 0x4285;
pub const VOID: u32 = 0xec;
pub const CRC_32: u32 = 0xbf;

pub const SEGMENT: u32 = 0x1853_8067;
pub const SEEK_HEAD: u32 = 0x114d_9b74;
pub const SEEK: u32 = 0x4dbb;
pub const SEEK_ID: u32 = 0x53ab;
pub const SEEK_POSITION: u32 = 0x53ac;
pub const INFO: u32 = 0x1549_a966;
pub const TIMESTAMP_SCALE: u32 = 0x002a_d7b1;
pub const TRACKS: u32 = 0x1654_ae6b;
pub const CUES: u32 = 0x1c53_bb6b;
pub const CUE_POINT: u32 = 0xbb;
pub const CUE_TRACK_POSITIONS: u32 = 0xb7;
pub const CUE_CLUSTER_POSITION: u32 = 0xf1;
pub const TAGS: u32 = 0x1254_c367;
pub const TAG: u32 = 0x7373;
pub const CHAPTERS: u32 = 0x1043_a770;

pub const ATTACHMENTS: u32 = 0x1941_a469;
pub const ATTACHED_FILE: u32 = 0x61a7;
pub const FILE_NAME: u32 = 0x466e;
pub const FILE_MEDIA_TYPE: u32 = 0x4660;
pub const FILE_DATA: u32 = 0x465c;

pub const TRACK_ENTRY: u32 = 0xae;
pub const TRACK_NUMBER: u32 = 0xd7;
pub const TRACK_TYPE: u32 = 0x83;
pub const CODEC_ID: u32 = 0x86;
pub const CODEC_PRIVATE: u32 = 0x63a2;
pub const CODEC_DELAY: u32 = 0x56aa;
pub const DEFAULT_DURATION: u32 = 0x0023_e383;
pub const TRACK_TIMESTAMP_SCALE: u32 = 0x0023_314f;
pub const VIDEO: u32 = 0xe0;
pub const PIXEL_WIDTH: u32 = 0xb0;
pub const PIXEL_HEIGHT: u32 = 0xba;
pub const FRAME_RATE: u32 = 0x0023_83e3;
pub const PROJECTION: u32 = 0x7670;
pub const PROJECTION_TYPE: u32 = 0x7671;
pub const PROJECTION_PRIVATE: u32 = 0x7672;
pub const AUDIO: u32 = 0xe1;
pub const SAMPLING_FREQUENCY: u32 = 0xb5;
pub const OUTPUT_SAMPLING_FREQUENCY: u32 = 0x78b5;
pub const CONTENT_ENCODINGS: u32 = 0x6d80;
pub const CONTENT_ENCODING: u32 = 0x6240;
pub const ENCODING_SCOPE: u32 = 0x5032;
pub const ENCODING_TYPE: u32 = 0x5033;
pub const COMPRESSION: u32 = 0x5034;
pub const COMPRESSION_ALGORITHM: u32 = 0x4254;
pub const COMPRESSION_SETTINGS: u32 = 0x4255;
pub const ENCRYPTION: u32 = 0x5035;
pub const ADDITION_MAPPING: u32 = 0x41e4;
pub const ADDITION_TYPE: u32 = 0x41e7;
pub const ADDITION_EXTRA_DATA: u32 = 0x41ed;

pub const CLUSTER: u32 = 0x1f43_b675;
pub const TIMESTAMP: u32 = 0xe7;
pub const POSITION: u32 = 0xa7;
pub const PREVIOUS_SIZE: u32 = 0xab;
pub const SIMPLE_BLOCK: u32 = 0xa3;
pub const BLOCK_GROUP: u32 = 0xa0;
pub const BLOCK: u32 = 0xa1;
pub const BLOCK_DURATION: u32 = 0x9b;
pub const BLOCK_ADDITIONS: u32 = 0x75a1;
pub const DISCARD_PADDING: u32 = 0x75a2;
pub const BLOCK_MORE: u32 = 0xa6;
pub const BLOCK_ADDITIONAL: u32 = 0xa5;
pub const REFERENCE_BLOCK: u32 = 0xfb;

/// The numbers of the kinds of tracks that become streams.
pub const TYPE_VIDEO: u64 = 1;
pub const TYPE_AUDIO: u64 = 2;
pub const TYPE_SUBTITLE: u64 = 0x11;
pub const TYPE_METADATA: u64 = 0x21;

/// Elements that stand in the Segment itself: they end a Cluster of unknown size.
pub fn is_top_level(id: u32) -> bool {
    matches!(id, CLUSTER | INFO | TRACKS | ATTACHMENTS | CHAPTERS | CUES | TAGS | SEEK_HEAD)
}

/// What `child` holds where it stands in `parent`; `None` where it does not belong there.
pub fn kind(parent: u32, child: u32) -> Option<Kind> {
    if matches!(child, VOID | CRC_32) {
        return Some(Kind::Skipped);
    }
    let found = groups(parent).iter().find(|(_, ids)| ids.contains(&child));
    found.map(|(kind, _)| *kind)
}

type Group = (Kind, &'static [u32]);

fn groups(parent: u32) -> &'static [Group] {
    use Kind::{Binary, Float, Master, Number, Skipped, Text};
    match parent {
        EBML => &[
            (Number, &[READ_VERSION, MAX_SIZE_LENGTH, MAX_ID_LENGTH, DOC_TYPE_READ_VERSION]),
            (Text, &[DOC_TYPE]),
            (Skipped, &[0x4286, 0x4287]),
        ],
        INFO => &[
            (Number, &[TIMESTAMP_SCALE]),
            (Float, &[0x4489]),
            (Text, &[0x7ba9, 0x4d80]),
            (Binary, &[0x4461]),
            (Skipped, &[0x5741, 0x73a4]),
        ],
        SEEK_HEAD => &[(Master, &[SEEK])],
        SEEK => &[(Number, &[SEEK_ID, SEEK_POSITION])],
        CUES => &[(Master, &[CUE_POINT])],
        CUE_POINT => &[(Number, &[0xb3]), (Master, &[CUE_TRACK_POSITIONS])],
        CUE_TRACK_POSITIONS => &[(Number, &[0xf7, CUE_CLUSTER_POSITION]), (Skipped, &[0xf0, 0xb2, 0x5378])],
        TRACKS => &[(Master, &[TRACK_ENTRY])],
        TRACK_ENTRY => TRACK,
        VIDEO => PICTURE,
        0x55b0 => &[
            (Number, &[0x55b1, 0x55b2, 0x55b3, 0x55b4, 0x55b5, 0x55b6, 0x55b7, 0x55b8, 0x55b9]),
            (Number, &[0x55ba, 0x55bb, 0x55bc, 0x55bd]),
            (Master, &[0x55d0]),
        ],
        0x55d0 => &[(Float, &[0x55d1, 0x55d2, 0x55d3, 0x55d4, 0x55d5, 0x55d6, 0x55d7, 0x55d8, 0x55d9, 0x55da])],
        PROJECTION => {
            &[(Number, &[PROJECTION_TYPE]), (Binary, &[PROJECTION_PRIVATE]), (Float, &[0x7673, 0x7674, 0x7675])]
        }
        AUDIO => &[(Float, &[SAMPLING_FREQUENCY, OUTPUT_SAMPLING_FREQUENCY]), (Number, &[0x6264, 0x9f])],
        CONTENT_ENCODINGS => &[(Master, &[CONTENT_ENCODING])],
        CONTENT_ENCODING => {
            &[(Number, &[ENCODING_SCOPE, ENCODING_TYPE]), (Master, &[COMPRESSION, ENCRYPTION]), (Skipped, &[0x5031])]
        }
        COMPRESSION => &[(Number, &[COMPRESSION_ALGORITHM]), (Binary, &[COMPRESSION_SETTINGS])],
        ENCRYPTION => &[(Number, &[0x47e1]), (Binary, &[0x47e2]), (Skipped, &[0x47e7, 0x47e5, 0x47e6, 0x47e4, 0x47e3])],
        0xe2 => &[(Master, &[0xe3])],
        0xe3 => &[(Master, &[0xe4])],
        0xe4 => &[(Number, &[0xe5, 0xe6])],
        ADDITION_MAPPING => &[(Number, &[0x41f0, ADDITION_TYPE]), (Text, &[0x41a4]), (Binary, &[ADDITION_EXTRA_DATA])],
        ATTACHMENTS => &[(Master, &[ATTACHED_FILE])],
        ATTACHED_FILE => &[(Number, &[0x46ae]), (Text, &[FILE_NAME, FILE_MEDIA_TYPE, 0x467e]), (Binary, &[FILE_DATA])],
        CHAPTERS => &[(Master, &[0x45b9])],
        0x45b9 => &[(Master, &[0xb6]), (Skipped, &[0x45bc, 0x45bd, 0x45db, 0x45dd])],
        0xb6 => &[(Number, &[0x91, 0x92, 0x73c4]), (Master, &[0x80]), (Skipped, &[0x98, 0x4598, 0x63c3, 0xb6])],
        0x80 => &[(Text, &[0x85]), (Skipped, &[0x437c, 0x437e])],
        TAGS => &[(Master, &[TAG])],
        TAG => &[(Master, &[0x67c8, 0x63c0])],
        0x67c8 => &[(Text, &[0x45a3, 0x4487, 0x447a]), (Number, &[0x4484, 0x44b4]), (Master, &[0x67c8])],
        0x63c0 => &[(Text, &[0x63ca]), (Number, &[0x68ca, 0x63c5, 0x63c4, 0x63c6])],
        BLOCK_GROUP => &[
            (Binary, &[BLOCK]),
            (Master, &[BLOCK_ADDITIONS]),
            (Number, &[BLOCK_DURATION, DISCARD_PADDING, REFERENCE_BLOCK]),
            (Skipped, &[0xa4]),
        ],
        BLOCK_ADDITIONS => &[(Master, &[BLOCK_MORE])],
        BLOCK_MORE => &[(Number, &[0xee]), (Binary, &[BLOCK_ADDITIONAL])],
        _ => &[],
    }
}

const TRACK: &[Group] = {
    use Kind::{Binary, Float, Master, Number, Skipped, Text};
    &[
        (Number, &[TRACK_NUMBER, 0x73c5, TRACK_TYPE, CODEC_DELAY, DEFAULT_DURATION, 0x55af, 0x88, 0x55aa, 0x55ab]),
        (Number, &[0x55ac, 0x55ad, 0x55ae, 0x55ee, 0x56bb]),
        (Text, &[0x536e, CODEC_ID, 0x0022_b59c]),
        (Binary, &[CODEC_PRIVATE]),
        (Float, &[TRACK_TIMESTAMP_SCALE]),
        (Master, &[VIDEO, AUDIO, 0xe2, CONTENT_ENCODINGS, ADDITION_MAPPING]),
        (Skipped, &[0xb9, 0x9c, 0x0025_8688, 0xaa, 0x003b_4040, 0x0026_b240, 0x6de7, 0x6df8]),
    ]
};

const PICTURE: &[Group] = {
    use Kind::{Binary, Float, Master, Number, Skipped};
    &[
        (Float, &[FRAME_RATE]),
        (Number, &[0x54b0, 0x54ba, PIXEL_WIDTH, PIXEL_HEIGHT, 0x53c0, 0x54b2, 0x9a, 0x9d, 0x53b8]),
        (Binary, &[0x002e_b524]),
        (Master, &[0x55b0, PROJECTION]),
        (Skipped, &[0x54aa, 0x54bb, 0x54cc, 0x54dd, 0x54b3]),
    ]
};
