#!/usr/bin/env bash
# Makes what the benchmarks read: three films, each as MP4 with the index in front and behind, fragmented, Matroska and
# transport stream. Nothing of it is committed. Usage: inputs.sh FOLDER [quick]; quick makes the small film alone.
set -euo pipefail
folder=$1
films=${2:-all}
mkdir -p "$folder"
cd "$folder"

ff() { ffmpeg -nostdin -hide_banner -loglevel error -y "$@"; }

# One stretch of pictures and sound, encoded once: name, seconds, pictures, options of the video encoder.
encode() {
  local name=$1 seconds=$2 pictures=$3
  shift 3
  [ -s "$name.part.mp4" ] && return
  ff -f lavfi -i "$pictures" -f lavfi -i "sine=frequency=440:sample_rate=48000" -t "$seconds" \
    -pix_fmt yuv420p -c:v libx264 "$@" -c:a aac -b:a 96k -ac 2 "$name.tmp.mp4"
  mv "$name.tmp.mp4" "$name.part.mp4"
}

# The stretch repeated, in each container: name, times, frames.
mux() {
  local name=$1 times=$2 frames=$3 made
  # With an edit list, as the ffmpeg command writes MP4 where nobody tells it otherwise.
  local input=(-stream_loop $((times - 1)) -i "$name.part.mp4" -map 0 -c copy -frames:v "$frames")
  make_one() {
    made=$1
    shift
    [ -s "$made" ] || { ff "${input[@]}" "$@" "tmp.$made" && mv "tmp.$made" "$made"; }
  }
  make_one "$name.mp4"
  make_one "${name}_faststart.mp4" -movflags +faststart
  make_one "${name}_noedit.mp4" -movflags +faststart -use_editlist 0
  make_one "${name}_fragmented.mp4" -movflags +frag_keyframe+empty_moov+default_base_moof
  make_one "$name.mkv"
  make_one "$name.ts"
}

# 1 MB: 10 s, 300 frames with B-frames.
encode small 10 testsrc2=size=640x360:rate=30 -preset medium -b:v 700k
mux small 1 300
[ "$films" = quick ] && exit 0

# 1 GB: 408 s of 1080p at 20 Mb/s, 12 240 frames. Noise keeps the rate up.
encode large 34 testsrc2=size=1920x1080:rate=30,noise=alls=40:allf=t \
  -preset ultrafast -b:v 20M -minrate 20M -maxrate 20M -bufsize 20M -g 60
mux large 12 12240

# 2 hours at 250 kb/s: 216 000 frames.
encode long 60 testsrc2=size=480x270:rate=30 -preset veryfast -b:v 180k -maxrate 250k -bufsize 500k
mux long 120 216000
