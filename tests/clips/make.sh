#!/usr/bin/env bash
# Makes every clip of this folder and README.md, the table of what is in them.
# Needs ffmpeg with libx264, libx265 and libvpx, and perl. The same ffmpeg build gives the same bytes again:
# bitexact flags, one thread, synthetic pictures and sound.
set -euo pipefail
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Every run is silent unless it fails, never asks, never reads standard input.
ff() { ffmpeg -nostdin -hide_banner -loglevel error -y "$@"; }

picture=(-f lavfi -i "testsrc2=size=160x120:rate=25:duration=3")
sound=(-f lavfi -i "sine=frequency=440:sample_rate=44100:duration=3")
exact=(-map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -threads 1)
x264=(-c:v libx264 -preset medium -crf 36 -pix_fmt yuv420p -g 15 -bf 2 -x264-params "threads=1:scenecut=0")
x265=(-c:v libx265 -preset fast -crf 37 -pix_fmt yuv420p -x265-params "log-level=none:pools=none:frame-threads=1:keyint=15:bframes=2:info=0")
vp9=(-c:v libvpx-vp9 -b:v 60k -deadline good -cpu-used 4 -g 15 -row-mt 0)
aac=(-c:a aac -b:a 48k -ac 1)

encode() { ff "${picture[@]}" "${sound[@]}" "${exact[@]}" "$@"; }

# H.264 with B-frames and AAC, encoded once; every other H.264 clip is a copy of these packets.
encode "${x264[@]}" "${aac[@]}" -movflags +faststart h264.mp4
copy() { ff -i h264.mp4 -c copy "${exact[@]}" "$@"; }
copy h264_moov_at_end.mp4
copy -movflags +frag_keyframe+empty_moov+default_base_moof h264_fragmented.mp4
copy h264.mkv
copy -muxdelay 0 h264.ts
copy h264.flv
copy -bsf:v h264_mp4toannexb h264.avi

# An edit list that starts between two key frames: packets that are read and never shown.
ff -ss 1 -i h264.mp4 -c copy "${exact[@]}" -movflags +faststart cut.mp4

# Three edits that show parts of the track twice and leave others out.
ff -i h264.mp4 -map 0:v -c copy "${exact[@]}" "$work/video.mp4"
perl boxes.pl edits "$work/video.mp4" multi_edit.mp4

encode "${x265[@]}" -tag:v hvc1 "${aac[@]}" -movflags +faststart hevc.mp4
ff -i hevc.mp4 -c copy "${exact[@]}" hevc.mkv
ff -i hevc.mp4 -c copy "${exact[@]}" -muxdelay 0 hevc.ts

encode -c:v mpeg2video -qscale:v 24 -g 12 -bf 2 -c:a mp2 -ac 1 -b:a 32k -f mpeg mpeg2.mpg
encode -c:v mpeg4 -qscale:v 20 -g 15 -bf 2 "${aac[@]}" -movflags +faststart mpeg4.mp4
encode "${vp9[@]}" -c:a libopus -b:a 32k vp9.webm
# Segment and clusters of unknown size, as a browser's live recording has them. ffmpeg leaves the segment's size open,
# a size of ones only does the same for each cluster.
ff -i vp9.webm -c copy "${exact[@]}" -live 1 -cluster_time_limit 500 -f webm - |
  perl -0777 -pe 's/\x1f\x43\xb6\x75\K(?:[\x40-\x7f].|[\x20-\x3f]..|[\x10-\x1f]...)/
    (length $& == 2 ? "\x7f\xff" : length $& == 3 ? "\x3f\xff\xff" : "\x1f\xff\xff\xff")/gsex' > live.webm

# Subtitles of MP4: with styles, a gap between two, more than one line, and letters beyond ASCII.
cat > "$work/captions.srt" <<'SRT'
1
00:00:00,200 --> 00:00:00,900
<i>One</i> and <b>bold</b>

2
00:00:01,000 --> 00:00:01,960
Two lines:
café, 日本

3
00:00:02,400 --> 00:00:03,000
- <u>Three</u> {\an8}

SRT
ff -i h264.mp4 -i "$work/captions.srt" -map 0 -map 1 -c copy -c:s mov_text "${exact[@]}" -movflags +faststart captions.mp4

ff "${sound[@]}" "${exact[@]}" "${aac[@]}" -movflags +faststart audio.m4a
ff "${picture[@]}" -frames:v 1 "${exact[@]}" "$work/cover.png"
ff -i audio.m4a -i "$work/cover.png" -map 0 -map 1 -c copy -disposition:v:0 attached_pic "${exact[@]}" -f mp4 cover.m4a
# A picture beside a video track; written the usual way it is the last stream, here it is the first.
ff -i h264.mp4 -i "$work/cover.png" -map 1 -map 0 -c copy -disposition:v:0 attached_pic "${exact[@]}" "$work/cover_last.mp4"
perl boxes.pl udta-first "$work/cover_last.mp4" cover_then_video.mp4

ff -i h264.mp4 -f lavfi -i "testsrc=size=96x80:rate=10:duration=2" -map 0:v -map 1:v -map 0:a \
  -c copy -c:v:1 libx264 -crf:v:1 32 -pix_fmt:v:1 yuv420p -x264-params:v:1 threads=1 "${exact[@]}" -movflags +faststart two_videos.mp4

# Chapters, a title, a language, a picture that lies on its side, and colours of HDR by name.
cat > "$work/chapters.txt" <<'TEXT'
;FFMETADATA1
title=Described
[CHAPTER]
TIMEBASE=1/1000
START=0
END=1000
title=First
[CHAPTER]
TIMEBASE=1/1000
START=1000
END=3000
title=Second
TEXT
ff -i h264.mp4 -i "$work/chapters.txt" -map 0 -map_metadata 1 -map_chapters 1 -c copy "${exact[@]:2}" \
  -bsf:v h264_metadata=colour_primaries=9:transfer_characteristics=16:matrix_coefficients=9:video_full_range_flag=0 \
  -metadata:s:v rotate=90 -metadata:s:a language=deu -movflags +faststart described.mp4

# ---- README.md: what each clip holds, as ffprobe counts it -------------------------------------------------------

probe() { ffprobe -v error "$@"; }
number() { [[ $1 =~ ^[0-9]+$ ]] && echo "$1" || echo "-"; }

table_row() { # clip, stream index or nothing, note
  local clip=$1 index=$2 note=$3
  if [ -z "$index" ]; then
    echo "| \`$clip\` | - | - | - | - | - | - | $note |"
    return
  fi
  local field="probe -select_streams $index -of csv=p=0"
  local codec packets decoded header presented
  codec=$($field -show_entries stream=codec_name "$clip" | sed -n 1p)
  packets=$($field -count_packets -show_entries stream=nb_read_packets "$clip" | sed -n 1p)
  decoded=$($field -count_frames -show_entries stream=nb_read_frames "$clip" | sed -n 1p)
  header=$($field -show_entries stream=nb_frames "$clip" | sed -n 1p)
  presented=$($field -show_entries packet=flags "$clip" | grep '^[K_]' | grep -c -v D || true)
  echo "| \`$clip\` | $index | ${codec%%,*} | $(number "${packets%%,*}") | $presented | $(number "${decoded%%,*}") | $(number "${header%%,*}") | $note |"
}

# Each video stream that is no attached picture, in order.
videos() { probe -select_streams v -show_entries stream=index:stream_disposition=attached_pic -of csv=p=0 "$1" | awk -F, '$2 == 0 && !seen[$1]++ { print $1 }'; }

rows() { # clip, note
  local found=""
  for index in $(videos "$1"); do
    found=yes
    table_row "$1" "$index" "$2"
  done
  [ -n "$found" ] || table_row "$1" "" "$2"
}

{
  cat <<'TEXT'
# Small clips

Synthetic pictures and sound, made by `make.sh` with the ffmpeg command; this page too is written by it.
Numbers are of the video streams that are no attached pictures, as ffprobe counts them: packets demuxed, packets that
are presented (not discarded by an edit list), frames decoded, and what the container's header says (`-`: nothing).

| clip | stream | codec | packets | presented | decoded | header | what it is |
|---|---|---|---|---|---|---|---|
TEXT
  rows h264.mp4 "moov first, B-frames, AAC, edit list"
  rows h264_moov_at_end.mp4 "the same packets, moov last"
  rows h264_fragmented.mp4 "the same packets in fragments, one for each key frame"
  rows h264.mkv "the same packets"
  rows h264.ts "the same packets"
  rows h264.flv "the same packets"
  rows h264.avi "the same packets, an empty chunk after each, as ffmpeg writes it"
  rows cut.mp4 "the same from second 1: the first packets are discarded by the edit list"
  rows multi_edit.mp4 "three edits: parts shown twice, parts never"
  rows two_videos.mp4 "two H.264 tracks, then AAC"
  rows cover_then_video.mp4 "stream 0 is an attached PNG"
  rows hevc.mp4 "B-frames, AAC"
  rows hevc.mkv "the same packets"
  rows hevc.ts "the same packets"
  rows mpeg2.mpg "MPEG program stream, MP2"
  rows mpeg4.mp4 "MPEG-4 part 2, AAC"
  rows vp9.webm "Opus"
  rows live.webm "the same packets, segment and clusters of unknown size"
  rows described.mp4 "the same packets with chapters, tags, rotation and colours"
  rows captions.mp4 "the same packets with subtitles (mov_text)"
  rows audio.m4a "AAC only"
  rows cover.m4a "AAC and an attached PNG"
} > README.md
