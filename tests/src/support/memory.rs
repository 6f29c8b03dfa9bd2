//! What a process holds in memory (proc(5): `maps`, `pagemap`, `mem`).

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;

use super::process::Process;

const PAGE: u64 = 4_096;
/// Pages looked up at a time.
const PAGES: u64 = 4_096;
/// Present or swapped out, in an entry of `pagemap`.
const THERE: u64 = 0b11 << 62;

/// Calls `look` with every stretch of memory that the process has written or read, piece by piece.
/// Pieces of a stretch overlap by `overlap` bytes, so that what lies across their border is seen.
///
/// # Errors
/// Where the system does not let it be read.
pub fn each_piece(
    process: &Process,
    overlap: usize,
    mut look: impl FnMut(&[u8]),
) -> io::Result<u64> {
    let folder = format!("/proc/{}", process.id());
    let memory = File::open(format!("{folder}/mem"))?;
    let pages = File::open(format!("{folder}/pagemap"))?;
    let maps = fs::read_to_string(format!("{folder}/maps"))?;
    let mut read = 0;
    for line in maps.lines() {
        let Some((from, to)) = readable(line) else {
            continue;
        };
        let mut before: Vec<u8> = Vec::new();
        let mut at = from;
        while at < to {
            let end = to.min(at + PAGES * PAGE);
            for (start, stop) in there(&pages, at, end)? {
                let mut piece = vec![0; usize::try_from(stop - start).map_err(io::Error::other)?];
                // What went away meanwhile holds nothing any more.
                if memory.read_exact_at(&mut piece, start).is_err() {
                    continue;
                }
                read += stop - start;
                before.extend_from_slice(&piece);
                look(&before);
                before.drain(..before.len().saturating_sub(overlap));
            }
            at = end;
        }
    }
    Ok(read)
}

/// `7f00-7f10 rw-p …`: where it can be read and is no device.
fn readable(line: &str) -> Option<(u64, u64)> {
    let (range, rest) = line.split_once(' ')?;
    let is_ours = rest.starts_with('r') && !rest.contains("/dev/") && !rest.contains("[v");
    let (from, to) = range.split_once('-')?;
    let number = |text| u64::from_str_radix(text, 16).ok();
    is_ours.then_some((number(from)?, number(to)?))
}

/// The stretches between two addresses that are not empty.
fn there(pages: &File, from: u64, to: u64) -> io::Result<Vec<(u64, u64)>> {
    let count = usize::try_from((to - from) / PAGE).map_err(io::Error::other)?;
    let mut entries = vec![0; count * 8];
    let got = pages.read_at(&mut entries, from / PAGE * 8)?;
    let mut stretches: Vec<(u64, u64)> = Vec::new();
    for (entry, at) in entries[..got]
        .chunks_exact(8)
        .zip((from..).step_by(PAGE as usize))
    {
        let entry = u64::from_ne_bytes(entry.try_into().map_err(io::Error::other)?);
        if entry & THERE == 0 {
            continue;
        }
        match stretches.last_mut() {
            Some((_, stop)) if *stop == at => *stop += PAGE,
            _ => stretches.push((at, at + PAGE)),
        }
    }
    Ok(stretches)
}
