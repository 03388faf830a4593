//! The crate: each tier at every level; at the active one through the public calls.

use super::Peer;
use crate::function::Function;
use activations::{Activation, Exact, Exp, Fast, Isa, Sigmoid, Tanh};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    Default,
    Fast,
    Exact,
}

impl Tier {
    pub const ALL: [Self; 3] = [Self::Default, Self::Fast, Self::Exact];

    pub const fn tier_name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Fast => "fast",
            Self::Exact => "exact",
        }
    }

    /// The name of its row at the active level.
    pub fn name(self) -> String {
        name(self.tier_name(), Isa::active())
    }
}

fn name(tier: &str, isa: Isa) -> String {
    format!("activations {tier} {isa}")
}

pub fn peers(function: Function) -> impl Iterator<Item = Peer> {
    let at_active = Tier::ALL.into_iter().map(move |tier| public(function, tier));
    let others = Isa::available().filter(|&isa| isa != Isa::active());
    let at_others = others.flat_map(move |isa| {
        function.operation().kernels.iter().map(move |kernel| {
            Peer::new(&name(kernel.tier.name(), isa), "", move |src, dst| {
                (kernel.apply_into)(isa, src, dst)
            })
        })
    });
    at_active.chain(at_others)
}

/// A tier as a user calls it.
fn public(function: Function, tier: Tier) -> Peer {
    fn peer(tier: Tier, op: impl Activation + 'static) -> Peer {
        Peer::new(&tier.name(), "", move |src, dst| op.apply_into(src, dst))
    }
    match (function, tier) {
        (Function::Exp, Tier::Default) => peer(tier, Exp),
        (Function::Exp, Tier::Fast) => peer(tier, Fast(Exp)),
        (Function::Exp, Tier::Exact) => peer(tier, Exact(Exp)),
        (Function::Sigmoid, Tier::Default) => peer(tier, Sigmoid),
        (Function::Sigmoid, Tier::Fast) => peer(tier, Fast(Sigmoid)),
        (Function::Sigmoid, Tier::Exact) => peer(tier, Exact(Sigmoid)),
        (Function::Tanh, Tier::Default) => peer(tier, Tanh),
        (Function::Tanh, Tier::Fast) => peer(tier, Fast(Tanh)),
        (Function::Tanh, Tier::Exact) => peer(tier, Exact(Tanh)),
    }
}
