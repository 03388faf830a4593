//! Gated units and recurrent cells beside PyTorch's, with their gradients.
//!
//! `ACTIVATIONS_PYTHON` names the interpreter, if it is not `python3`.
#![cfg(not(any(target_family = "wasm", miri)))]

use activations::{
    Bilinear, ClampedSwiGlu, GatedActivation, GeGlu, GeGluTanh, Glu, GruCell, GruOrder, LstmCell,
    LstmOrder, ReGlu, SwiGlu,
};
use std::{
    env, fs,
    io::{self, Write},
    path::Path,
    process::Command,
};

/// The elements of a unit, and of a state.
const ELEMENTS: usize = 3000;
const SIZE: usize = 300;

/// Numbers of usual size, without a limit of the clamped unit among them.
fn numbers(seed: u32, len: usize, size: f32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b1) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        f32::from((state >> 16) as u16) / 32_768.0 - 1.0
    };
    (0..len).map(|_| next() * size).collect()
}

struct Folder<'a>(&'a Path);

impl Folder<'_> {
    fn write(&self, name: &str, numbers: &[f32]) {
        let bytes: Vec<_> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        fs::write(self.0.join(name), bytes).unwrap();
    }

    /// Asserts that numbers are those of PyTorch, but for the roundings of a few operations.
    fn check(&self, name: &str, got: &[f32]) {
        let bytes = fs::read(self.0.join(name)).unwrap();
        let exact: Vec<_> = bytes.as_chunks().0.iter().map(|&x| f64::from_le_bytes(x)).collect();
        assert_eq!(got.len(), exact.len(), "{name}");
        for (i, (&got, exact)) in got.iter().zip(exact).enumerate() {
            let near = (f64::from(got) - exact).abs() <= 6e-7 * (5.0 + exact.abs());
            assert!(near, "{name}: {got:e} at {i}, not {exact:e}");
        }
    }
}

fn check_unit(folder: &Folder<'_>, name: &str, unit: &impl GatedActivation) {
    let [gate, up, dy] = [1, 2, 3].map(|seed| numbers(seed, ELEMENTS, 9.0));
    let mut y = vec![0.0; ELEMENTS];
    unit.apply_into(&gate, &up, &mut y);
    folder.check(&format!("{name}.y"), &y);
    let [mut d_gate, mut d_up] = [vec![0.0; ELEMENTS], vec![0.0; ELEMENTS]];
    unit.backward(&gate, &up, &dy, &mut d_gate, &mut d_up);
    folder.check(&format!("{name}.d_gate"), &d_gate);
    folder.check(&format!("{name}.d_up"), &d_up);
}

#[test]
fn units_and_cells_are_those_of_pytorch() {
    let python = env::var_os("ACTIVATIONS_PYTHON").unwrap_or("python3".into());
    let has_torch = Command::new(&python).args(["-c", "import numpy, torch"]).output();
    if !has_torch.is_ok_and(|output| output.status.success()) {
        let what = "SKIPPED: units and cells were not compared with PyTorch: ";
        let _ = writeln!(io::stderr(), "{what}{} has no NumPy or no PyTorch", python.display());
        return;
    }
    let temporary = tempfile::tempdir().unwrap();
    let folder = Folder(temporary.path());
    for (name, seed, len, size) in [
        ("gate", 1, ELEMENTS, 9.0),
        ("up", 2, ELEMENTS, 9.0),
        ("dy", 3, ELEMENTS, 9.0),
        ("gates", 4, 4 * SIZE, 3.0),
        ("cell", 5, SIZE, 1.5),
        ("d_hidden", 6, SIZE, 1.0),
        ("d_cell", 7, SIZE, 1.0),
        ("sums", 8, 3 * SIZE, 2.0),
        ("recurrent", 9, 3 * SIZE, 2.0),
    ] {
        folder.write(name, &numbers(seed, len, size));
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/torch_cells.py");
    let output = Command::new(python).arg("-B").arg(script).arg(folder.0).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    check_unit(&folder, "glu", &Glu);
    check_unit(&folder, "swiglu", &SwiGlu::default());
    check_unit(&folder, "geglu", &GeGlu);
    check_unit(&folder, "geglu_tanh", &GeGluTanh);
    check_unit(&folder, "reglu", &ReGlu);
    check_unit(&folder, "bilinear", &Bilinear);
    check_unit(&folder, "clamped", &ClampedSwiGlu::default());

    let (gates, cell) = (numbers(4, 4 * SIZE, 3.0), numbers(5, SIZE, 1.5));
    let (d_hidden, mut d_cell) = (numbers(6, SIZE, 1.0), numbers(7, SIZE, 1.0));
    let lstm = LstmCell::new(LstmOrder::Ifco);
    let (mut new, mut hidden, mut d_gates) = (cell.clone(), vec![0.0; SIZE], vec![0.0; 4 * SIZE]);
    lstm.step(&gates, &mut new, &mut hidden, SIZE);
    lstm.backward(&gates, &cell, &d_hidden, &mut d_cell, &mut d_gates, SIZE);
    folder.check("lstm.hidden", &hidden);
    folder.check("lstm.new", &new);
    folder.check("lstm.d_gates", &d_gates);
    folder.check("lstm.d_cell", &d_cell);

    let [input, recurrent] = [8, 9].map(|seed| numbers(seed, 3 * SIZE, 2.0));
    let gru = GruCell::new(GruOrder::Rzn);
    let mut state = cell.clone();
    gru.step(&input, &recurrent, &mut state, SIZE);
    folder.check("gru.hidden", &state);
    let [mut d_input, mut d_recurrent] = [vec![0.0; 3 * SIZE], vec![0.0; 3 * SIZE]];
    let mut d_state = d_hidden;
    let results = (&mut d_input, &mut d_recurrent);
    gru.backward(&input, &recurrent, &cell, &mut d_state, results.0, results.1, SIZE);
    folder.check("gru.d_input", &d_input);
    folder.check("gru.d_recurrent", &d_recurrent);
    folder.check("gru.d_hidden", &d_state);
}
