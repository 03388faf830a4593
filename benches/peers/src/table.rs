//! The tables, as Markdown.

use crate::{
    error::{Errors, Sample},
    measure::Timing,
    peers::{COPY, Peer, Tier},
};
use comfy_table::{CellAlignment::Right, Table, presets::ASCII_MARKDOWN};

const HEADER: [&str; 9] = [
    "implementation",
    "ns per element",
    "× copy",
    "× ours",
    "max ULP",
    "at x",
    "all results",
    "steps back",
    "notes",
];

/// Speed and error of every peer, the fastest first.
pub fn of_size(
    peers: &[Peer],
    timings: &[Timing],
    errors: &[Option<Errors>],
    sample: Sample,
) -> Table {
    let mut table = table(&HEADER);
    table.column_iter_mut().skip(1).take(7).for_each(|column| column.set_cell_alignment(Right));
    let (copy, ours) = (find(peers, timings, COPY), find(peers, timings, &Tier::Default.name()));
    let mut rows: Vec<_> = peers.iter().zip(timings).zip(errors).collect();
    rows.sort_by(|((_, a), _), ((_, b), _)| a.per_element().total_cmp(&b.per_element()));
    for ((peer, timing), errors) in rows {
        let mut row = vec![
            peer.name.clone(),
            format!("{:.3}", timing.per_element()),
            format!("{:.2}", timing.ratio_to(copy)),
            format!("{:.2}", timing.ratio_to(ours)),
        ];
        match errors {
            Some(errors) => row.extend([
                ulp(errors.normal_ulp),
                format!("{:.4e}", errors.at),
                ulp(errors.ulp),
                sample.extrapolate(errors.steps_back),
                notes(peer, errors),
            ]),
            None => row.resize(HEADER.len(), String::new()),
        }
        table.add_row(row);
    }
    table
}

/// Nanoseconds per call on few elements.
pub fn of_calls(peers: &[Peer], [on_1, on_16]: &[Vec<Timing>; 2]) -> Table {
    let mut table = table(&["implementation", "1 element", "16 elements"]);
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(Right));
    for ((peer, on_1), on_16) in peers.iter().zip(on_1).zip(on_16) {
        if peer.short_calls {
            let nanoseconds = |timing: &Timing| format!("{:.2}", timing.per_call());
            table.add_row([peer.name.clone(), nanoseconds(on_1), nanoseconds(on_16)]);
        }
    }
    table
}

pub fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(header);
    table
}

/// The timing of the peer of that name, which the filter never removes.
pub fn find<'a>(peers: &[Peer], timings: &'a [Timing], name: &str) -> &'a Timing {
    let (_, timing) = peers
        .iter()
        .zip(timings)
        .find(|(peer, _)| peer.name == name)
        .expect("a reference is always there");
    timing
}

fn ulp(error: f64) -> String {
    if error < 1e4 { format!("{error:.3}") } else { format!("{error:.1e}") }
}

fn notes(peer: &Peer, errors: &Errors) -> String {
    let mut notes = errors.notes();
    if !peer.note.is_empty() {
        notes.push(peer.note.clone());
    }
    notes.join("; ")
}
