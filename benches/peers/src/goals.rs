//! What is asked of the crate's speed, beside what was found.

use crate::{
    function::Function::{self, Exp, Sigmoid, Tanh},
    measure::{Plan, Timing},
    peers::{COPY, Peer, RTEN, Tier},
    table::{find, table},
};
use activations::Isa;
use comfy_table::Table;

/// At 4096 elements, the fastest peer whose name begins so takes at least so many times the tier's
/// time.
struct Goal {
    function: Function,
    tier: Tier,
    peer: &'static str,
    asked: f64,
}

const SLEEF: &str = "SLEEF u10";
const XNNPACK: &str = "XNNPACK";
/// At 16 Mi elements: the most that a call may take, in times of the longer of the copy and its own
/// time in L1.
const MEMORY: f64 = 1.1;
/// The most nanoseconds that a call may take on so many elements.
const CALLS: [(&str, f64); 2] = [("1 element", 6.0), ("16 elements", 8.0)];

fn goals() -> [Goal; 7] {
    let exp = if Isa::active() == Isa::Avx512 { 1.7 } else { 1.9 };
    let goal = |function, tier, peer, asked| Goal { function, tier, peer, asked };
    [
        goal(Exp, Tier::Default, RTEN, exp),
        goal(Sigmoid, Tier::Default, RTEN, 1.2),
        goal(Sigmoid, Tier::Fast, XNNPACK, 1.1),
        goal(Tanh, Tier::Default, RTEN, 1.5),
        goal(Tanh, Tier::Default, SLEEF, 5.5),
        goal(Exp, Tier::Exact, SLEEF, 1.0),
        goal(Tanh, Tier::Exact, SLEEF, 2.5),
    ]
}

/// Rows of what was found.
#[derive(Default)]
pub struct Goals {
    rows: Vec<[String; 4]>,
    /// Nanoseconds per element in L1 of the tiers of the function at hand.
    in_l1: Vec<(Tier, f64)>,
}

impl Goals {
    /// Takes the timings of a size; those in L1 come before those in memory.
    pub fn add(&mut self, function: Function, plan: Plan, peers: &[Peer], timings: &[Timing]) {
        if plan.is_in_l1() {
            self.in_l1.clear();
            for goal in goals().iter().filter(|goal| goal.function == function) {
                self.add_ratio(goal, peers, timings);
            }
        }
        for tier in Tier::ALL {
            if !peers.iter().any(|peer| peer.name == tier.name()) {
                continue;
            }
            let timing = find(peers, timings, &tier.name());
            if plan.is_in_l1() {
                self.in_l1.push((tier, timing.per_element()));
            } else if plan.is_in_memory() {
                self.add_memory(function, tier, timing, find(peers, timings, COPY));
            }
        }
    }

    fn add_ratio(&mut self, goal: &Goal, peers: &[Peer], timings: &[Timing]) {
        let Goal { function, tier, peer, asked } = goal;
        let ours = peers.iter().zip(timings).find(|(ours, _)| ours.name == tier.name());
        let others = peers.iter().zip(timings).filter(|(other, _)| other.name.starts_with(peer));
        let fastest = others.min_by(|(_, a), (_, b)| a.per_element().total_cmp(&b.per_element()));
        let name = format!("{function} {} in L1, times faster than {peer}", tier.tier_name());
        let asked_text = format!("at least {asked:.1}");
        self.rows.push(match (ours, fastest) {
            (Some((_, ours)), Some((_, theirs))) => {
                let found = theirs.ratio_to(ours);
                [name, asked_text, format!("{found:.2}"), holds(found >= *asked)]
            }
            _ => [name, asked_text, "not compared".to_owned(), String::new()],
        });
    }

    fn add_memory(&mut self, function: Function, tier: Tier, timing: &Timing, copy: &Timing) {
        let Some(&(_, in_l1)) = self.in_l1.iter().find(|(other, _)| *other == tier) else { return };
        let found = timing.ratio_to(copy).min(timing.per_element() / in_l1);
        let what = "at 16 Mi elements, times the larger of the copy and its own in L1";
        self.add_limit(function, tier, what, MEMORY, found);
    }

    /// Takes the timings of calls on 1 and 16 elements.
    pub fn add_calls(&mut self, function: Function, peers: &[Peer], calls: &[Vec<Timing>; 2]) {
        for ((elements, limit), timings) in CALLS.iter().zip(calls) {
            let found = find(peers, timings, &Tier::Default.name()).per_call();
            let what = format!("ns of a call on {elements}");
            self.add_limit(function, Tier::Default, &what, *limit, found);
        }
    }

    fn add_limit(&mut self, function: Function, tier: Tier, what: &str, limit: f64, found: f64) {
        self.rows.push([
            format!("{function} {} {what}", tier.tier_name()),
            format!("at most {limit:.1}"),
            format!("{found:.2}"),
            holds(found <= limit),
        ]);
    }

    pub fn table(self) -> Table {
        let mut table = table(&["what", "asked", "found", "holds"]);
        table.add_rows(self.rows);
        table
    }
}

fn holds(holds: bool) -> String {
    if holds { "yes" } else { "no" }.to_owned()
}
