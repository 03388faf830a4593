//! Recurrent cells over sequences, against ONNX's node tests, its reference and ONNX Runtime.
//!
//! The interpreter is the one of `ACTIVATIONS_PYTHON`, or `python3`, that has ONNX.
#![cfg(not(any(target_family = "wasm", miri)))]

use activations::{At, Coupling, GruCell, GruOrder, Isa, LstmCell, LstmOrder, RnnCell};
use activations_testing::isas;
use std::{
    collections::BTreeSet,
    env,
    ffi::OsString,
    fs,
    io::{self, Write},
    path::Path,
    process::Command,
};

/// Every node test of the three operators in ONNX 1.23. The cells can compute all of them.
const NODE_TESTS: [&str; 18] = [
    "test_gru_batchwise",
    "test_gru_bidirectional",
    "test_gru_defaults",
    "test_gru_reverse",
    "test_gru_seq_length",
    "test_gru_with_initial_bias",
    "test_lstm_batchwise",
    "test_lstm_bidirectional",
    "test_lstm_defaults",
    "test_lstm_reverse",
    "test_lstm_with_initial_bias",
    "test_lstm_with_peepholes",
    "test_rnn_seq_length",
    "test_simple_rnn_batchwise",
    "test_simple_rnn_bidirectional",
    "test_simple_rnn_defaults",
    "test_simple_rnn_reverse",
    "test_simple_rnn_with_initial_bias",
];

/// Nodes with random weights, which ONNX's reference has run.
const REFERENCE: [&str; 4] = ["random_gru", "random_gru_linear", "random_lstm", "random_rnn"];

/// Nodes with random weights, which ONNX Runtime has run.
const RUNTIME: [&str; 6] = [
    "runtime_gru_clip",
    "runtime_gru_linear_clip",
    "runtime_lstm",
    "runtime_lstm_clip",
    "runtime_lstm_coupled",
    "runtime_rnn_clip",
];

/// A node, as its line and its files say.
struct Node<'a> {
    folder: &'a Path,
    name: &'a str,
    operator: &'a str,
    time: usize,
    batch: usize,
    input: usize,
    hidden: usize,
    direction: &'a str,
    clip: f32,
    input_forget: bool,
    linear_before_reset: bool,
}

/// The tensors of one direction.
struct Weights {
    input: Vec<f64>,
    state: Vec<f64>,
    /// Those of the input, then those of the state.
    biases: Vec<f64>,
    peepholes: Option<Vec<f32>>,
}

fn f32s(numbers: &[f64]) -> Vec<f32> {
    numbers.iter().map(|&x| x as f32).collect()
}

/// `x weights^T + biases` for each row of x, rounded once.
fn product(x: &[f32], weights: &[f64], biases: &[f64]) -> Vec<f32> {
    let size = weights.len() / biases.len();
    let dot = |row: &[f32], of: &[f64]| -> f64 {
        row.iter().zip(of).map(|(&x, weight)| f64::from(x) * weight).sum()
    };
    x.chunks(size)
        .flat_map(|row| weights.chunks(size).zip(biases).map(move |(of, bias)| dot(row, of) + bias))
        .map(|sum| sum as f32)
        .collect()
}

impl Weights {
    /// The sums of the input and those of the state.
    fn sums(&self, x: &[f32], hidden: &[f32]) -> [Vec<f32>; 2] {
        let (of_input, of_state) = self.biases.split_at(self.biases.len() / 2);
        [product(x, &self.input, of_input), product(hidden, &self.state, of_state)]
    }
}

impl<'a> Node<'a> {
    fn new(folder: &'a Path, line: &'a str) -> Self {
        let fields: Vec<_> = line.split(' ').collect();
        let [name, operator, time, batch, input, hidden, direction, clip, forget, linear] =
            fields[..]
        else {
            panic!("{line}");
        };
        let size = |text: &str| text.parse().expect(line);
        Self {
            folder,
            name,
            operator,
            time: size(time),
            batch: size(batch),
            input: size(input),
            hidden: size(hidden),
            direction,
            clip: clip.parse().expect(line),
            input_forget: forget == "1",
            linear_before_reset: linear == "1",
        }
    }

    fn read(&self, tensor: &str) -> Option<Vec<f64>> {
        let bytes = fs::read(self.folder.join(format!("{}.{tensor}", self.name))).ok()?;
        Some(bytes.as_chunks().0.iter().map(|&x| f64::from_le_bytes(x)).collect())
    }

    /// Whether the time of each direction goes backwards.
    fn directions(&self) -> &'static [bool] {
        match self.direction {
            "forward" => &[false],
            "reverse" => &[true],
            "bidirectional" => &[false, true],
            other => panic!("{other}"),
        }
    }

    /// The part of a tensor that belongs to a direction.
    fn part(&self, tensor: &str, direction: usize) -> Option<Vec<f64>> {
        let all = self.read(tensor)?;
        let len = all.len() / self.directions().len();
        Some(all[direction * len..][..len].to_vec())
    }

    fn weights(&self, direction: usize, gates: usize) -> Weights {
        let part = |tensor| self.part(tensor, direction);
        Weights {
            input: part("W").expect("weights of the input"),
            state: part("R").expect("weights of the state"),
            biases: part("B").unwrap_or(vec![0.0; 2 * gates * self.hidden]),
            peepholes: part("P").map(|weights| f32s(&weights)),
        }
    }

    /// Runs all steps of all directions by `step`, which replaces the state and the memory, and
    /// compares every state that the node tells.
    fn check(&self, gates: usize, step: impl Fn(&Weights, &[f32], &mut [f32], &mut [f32])) {
        let x = f32s(&self.read("X").expect("an input"));
        let len = self.batch * self.hidden;
        let mut is_compared = false;
        for (direction, &is_backward) in self.directions().iter().enumerate() {
            let weights = self.weights(direction, gates);
            let initial = |tensor| {
                self.part(tensor, direction).map_or(vec![0.0; len], |numbers| f32s(&numbers))
            };
            let (mut hidden, mut memory) = (initial("initial_h"), initial("initial_c"));
            let y = self.read("Y");
            for i in 0..self.time {
                let now = if is_backward { self.time - 1 - i } else { i };
                let row = self.batch * self.input;
                step(&weights, &x[now * row..][..row], &mut hidden, &mut memory);
                if let Some(y) = &y {
                    let at = (now * self.directions().len() + direction) * len;
                    self.assert_near("Y", &hidden, &y[at..][..len]);
                    is_compared = true;
                }
            }
            for (tensor, state) in [("Y_h", &hidden), ("Y_c", &memory)] {
                if let Some(exact) = self.part(tensor, direction) {
                    self.assert_near(tensor, state, &exact);
                    is_compared = true;
                }
            }
        }
        assert!(is_compared, "{} tells no state", self.name);
    }

    /// The roundings of a few steps, in both computations.
    fn assert_near(&self, tensor: &str, got: &[f32], exact: &[f64]) {
        assert_eq!(got.len(), exact.len(), "{} {tensor}", self.name);
        for (&got, &exact) in got.iter().zip(exact) {
            let near = (f64::from(got) - exact).abs() <= 1e-6 * (1.0 + exact.abs());
            assert!(near, "{} {tensor}: {got:e}, not {exact:e}", self.name);
        }
    }

    fn check_lstm(&self, isa: Isa) {
        let mut cell = LstmCell::new(LstmOrder::Iofc).clip(self.clip);
        if self.input_forget {
            cell = cell.coupled(Coupling::ForgetFromInput);
        }
        self.check(4, |weights, x, hidden, memory| {
            let [mut gates, of_state] = weights.sums(x, hidden);
            gates.iter_mut().zip(of_state).for_each(|(sum, of_state)| *sum += of_state);
            let cell = weights.peepholes.as_deref().map_or(cell, |of| cell.peepholes(of));
            At::new(isa, cell).unwrap().step(&gates, memory, hidden, self.hidden);
        });
    }

    fn check_gru(&self, isa: Isa) {
        let cell = At::new(isa, GruCell::new(GruOrder::Zrn).clip(self.clip)).unwrap();
        self.check(3, |weights, x, hidden, _| {
            let [of_input, of_state] = weights.sums(x, hidden);
            if self.linear_before_reset {
                cell.step(&of_input, &of_state, hidden, self.hidden);
                return;
            }
            // The weights and biases of the new state come last.
            let (of_gates, of_new) = weights.state.split_at(2 * self.hidden * self.hidden);
            let (gate_biases, new_biases) =
                weights.biases[3 * self.hidden..].split_at(2 * self.hidden);
            let of_state = product(hidden, of_gates, gate_biases);
            let mut reset = vec![7.0; hidden.len()];
            cell.reset(&of_input, &of_state, hidden, &mut reset, self.hidden);
            let new = product(&reset, of_new, new_biases);
            cell.update(&of_input, &of_state, &new, hidden, self.hidden);
        });
    }

    fn check_rnn(&self, isa: Isa) {
        let cell = At::new(isa, RnnCell::default().clip(self.clip)).unwrap();
        self.check(1, |weights, x, hidden, _| {
            let [of_input, of_state] = weights.sums(x, hidden);
            cell.step(&of_input, &of_state, hidden);
        });
    }
}

/// The interpreter that has ONNX, and whether it has ONNX Runtime too.
fn python() -> Option<(OsString, bool)> {
    let has = |python: &OsString, modules: &str| {
        let output = Command::new(python).args(["-c", &format!("import {modules}")]).output();
        output.is_ok_and(|output| output.status.success())
    };
    let names = env::var_os("ACTIVATIONS_PYTHON").into_iter().chain(["python3".into()]);
    let python = names.into_iter().find(|python| has(python, "numpy, onnx"))?;
    let has_runtime = has(&python, "onnxruntime");
    Some((python, has_runtime))
}

fn skip(what: &str) {
    let _ = writeln!(io::stderr(), "SKIPPED: {what}");
}

#[test]
fn sequences_are_those_of_onnx() {
    let Some((python, has_runtime)) = python() else {
        return skip("recurrent cells were not compared with ONNX: no python3 has it");
    };
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/onnx_cells.py");
    let output = Command::new(python).arg("-B").arg(script).arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let lines = fs::read_to_string(folder.path().join("nodes")).unwrap();
    let nodes: Vec<_> = lines.lines().map(|line| Node::new(folder.path(), line)).collect();
    let mut expected = [&NODE_TESTS[..], &REFERENCE].concat();
    if has_runtime {
        expected.extend(RUNTIME);
    } else {
        skip("recurrent cells were not compared with ONNX Runtime: python3 has ONNX alone");
    }
    let names: BTreeSet<_> = nodes.iter().map(|node| node.name).collect();
    assert_eq!(names, expected.into_iter().collect());
    for (node, isa) in nodes.iter().flat_map(|node| isas().map(move |isa| (node, isa))) {
        match node.operator {
            "LSTM" => node.check_lstm(isa),
            "GRU" => node.check_gru(isa),
            "RNN" => node.check_rnn(isa),
            other => panic!("{other}"),
        }
    }
}
