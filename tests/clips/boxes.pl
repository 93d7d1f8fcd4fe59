#!/usr/bin/env perl
# Rewrites the moov box of an MP4 file in ways that the ffmpeg command has no option for.
#   boxes.pl edits IN OUT        the first track gets an edit list of three edits
#   boxes.pl udta-first IN OUT   moov's user data (the cover picture) comes before the tracks
# The moov box must be the last one of IN, so that no chunk offset changes.
use strict;
use warnings;

my ($what, $in, $out) = @ARGV;
open(my $from, '<:raw', $in) or die "$in: $!";
my $file = do { local $/; <$from> };

# The bytes of a box list as [type, payload] pairs, and back.
sub boxes {
    my ($bytes) = @_;
    my @boxes;
    for (my $at = 0; $at < length $bytes;) {
        my ($size, $type) = unpack 'N a4', substr($bytes, $at, 8);
        die "a box of $size bytes" if $size < 8;
        push @boxes, [$type, substr($bytes, $at + 8, $size - 8)];
        $at += $size;
    }
    return @boxes;
}
sub bytes { return join '', map { pack('N a4', 8 + length $_->[1], $_->[0]) . $_->[1] } @_ }

# Milliseconds of the movie, and where they start in the track's own time scale; ffmpeg's movie scale is 1000.
sub edits {
    my ($scale) = @_;
    my @edits = ([800, 1.2], [600, 0.2], [1000, 1.6]);
    my $list = join '', map { pack 'N N n n', $_->[0], int($_->[1] * $scale), 1, 0 } @edits;
    return bytes(['elst', pack('N N', 0, scalar @edits) . $list]);
}

my @top = boxes($file);
die "moov is not the last box" unless $top[-1][0] eq 'moov';
my @moov = boxes($top[-1][1]);
if ($what eq 'udta-first') {
    my @udta = grep { $_->[0] eq 'udta' } @moov;
    die "no udta" unless @udta;
    @moov = ($moov[0], @udta, grep { $_->[0] ne 'udta' } @moov[1 .. $#moov]);
} elsif ($what eq 'edits') {
    my ($trak) = grep { $_->[0] eq 'trak' } @moov;
    my @trak = boxes($trak->[1]);
    my ($mdia) = grep { $_->[0] eq 'mdia' } @trak;
    my ($mdhd) = grep { $_->[0] eq 'mdhd' } boxes($mdia->[1]);
    my ($scale) = unpack 'x12 N', $mdhd->[1];
    $_->[0] eq 'edts' and $_->[1] = edits($scale) for @trak;
    $trak->[1] = bytes(@trak);
} else {
    die "unknown: $what";
}
$top[-1][1] = bytes(@moov);
open(my $to, '>:raw', $out) or die "$out: $!";
print {$to} bytes(@top);
close $to or die "$out: $!";
