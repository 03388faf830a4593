//! Texts and parameters.

use crate::all_tiers;
use activations::{
    AnyActivation, Causal, Celu, Exact, Fast, HardTanh, LeakyRelu, Parameter, RRelu, Sigmoid,
    Softmax, SoftmaxOptions, Tier,
};

#[test]
fn texts_are_parsed_and_printed() {
    for any in all_tiers() {
        assert_eq!(any.to_string().parse(), Ok(any));
    }
    for any in AnyActivation::all() {
        assert_eq!(any.name().parse(), Ok(any));
        assert_eq!(format!(" {} ( ) ", any.name()).parse(), Ok(any));
    }
    let leaky_relu = |slope| AnyActivation::from(LeakyRelu { slope });
    assert_eq!(leaky_relu(0.01).to_string(), "leaky_relu(0.01)");
    assert_eq!(AnyActivation::from(Exact(Sigmoid)).to_string(), "exact(sigmoid)");
    assert_eq!(AnyActivation::from(Fast(RRelu::default())).tier(), Tier::Fast);
    for text in ["leaky_relu(-0.25)", "leaky_relu( slope=-25e-2 )", " LeakyReLU (-.25)"] {
        assert_eq!(text.parse(), Ok(leaky_relu(-0.25)), "{text}");
    }
    for slope in [0.0, 1e-45, f32::MAX, 0.1, 1.0 / 3.0, -1e-30, 1e7, 1e-4] {
        assert_eq!(leaky_relu(slope).to_string().parse(), Ok(leaky_relu(slope)));
    }
    let hard_tanh = AnyActivation::from(HardTanh { min: f32::NEG_INFINITY, max: 6.0 });
    assert_eq!("hardtanh(-inf, max = 6)".parse(), Ok(hard_tanh));
    let options = SoftmaxOptions::new().scale(0.125).causal(Causal::new().window(128));
    let softmax = AnyActivation::try_from(Softmax::with(options)).expect("no masks");
    assert_eq!(softmax.to_string(), "softmax(scale=0.125, causal, window=128)");
    for text in ["Softmax(scale=0.125, causal, window=128)", "softmax(window=128, scale=0.125)"] {
        assert_eq!(text.parse(), Ok(softmax), "{text}");
    }
}

#[test]
fn names_of_onnx_and_pytorch_are_understood() {
    for (text, name) in [
        ("LeakyRelu", "leaky_relu"),
        ("hardtanh", "hard_tanh"),
        ("ReLU", "relu"),
        ("ReLU6", "relu6"),
        ("logsoftmax", "log_softmax"),
        ("LogSoftmax", "log_softmax"),
        ("logsumexp", "log_sum_exp"),
        ("ReduceLogSumExp", "log_sum_exp"),
        ("Exp", "exp"),
        ("SELU", "selu"),
        ("Clip", "clip"),
        ("Selu(alpha = 1.5, gamma = 2)", "scaled_elu"),
        ("selu(1.5)", "scaled_elu"),
        ("selu()", "selu"),
    ] {
        let any: AnyActivation = text.parse().expect(text);
        assert_eq!(any.name(), name);
    }
}

#[test]
fn a_width_is_filled_as_that_of_any_text() {
    let any = AnyActivation::from(LeakyRelu { slope: 0.5 });
    let text = any.to_string();
    assert_eq!(format!("{any:>20}|"), format!("{text:>20}|"));
    assert_eq!(format!("{any:<20}|"), format!("{text:<20}|"));
    assert_eq!(format!("{any:20}|"), format!("{text:20}|"));
    assert_eq!(format!("{any:*^21}|"), format!("{text:*^21}|"));
    assert_eq!(format!("{any:3}"), text);
}

#[test]
fn what_is_no_operation_says_what_was_expected() {
    for (text, expected) in [
        ("", "unknown operation: expected one of exp, sigmoid, "),
        ("sigmoids", "unknown operation: expected one of exp, sigmoid, "),
        ("leaky_relu(0.1", "parameters stand between parentheses: "),
        ("leaky_relu 0.1", "unknown operation: "),
        ("leaky_relu(0.1))", "a parameter is no number"),
        ("leaky_relu(a)", "a parameter is no number"),
        ("leaky_relu(,)", "a parameter is no number"),
        ("leaky_relu(0.1, 2)", "no such parameter: expected leaky_relu(slope)"),
        ("leaky_relu(alpha = 0.1)", "no such parameter: expected leaky_relu(slope)"),
        ("leaky_relu(1e-50)", "a parameter is not 0, but the nearest f32 is"),
        ("leaky_relu(0.1, slope = 0.1)", "slope is given twice"),
        ("hard_tanh(min = 0, min = 0)", "min is given twice"),
        ("hard_tanh(min = 0, 1)", "a parameter without a name stands after one with a name"),
        ("hard_tanh(min = 2, max = -2)", "min must be at most max"),
        ("rrelu(0.5, 0.25)", "lower must be at most upper"),
        ("celu(nan)", "alpha must be a number"),
        ("selu(beta = 1)", "no such parameter: expected scaled_elu(alpha, gamma)"),
        ("celu(inf)", "alpha must be finite"),
        ("elu(1e39)", "a parameter is beyond the largest f32"),
        ("exact(elu)", "elu has no exact tier"),
        ("exact(softmax)", "softmax has no exact tier"),
        ("fast(fast(sigmoid))", "unknown operation: "),
        ("softmax(1)", "parameters of softmax are given by name: expected softmax(scale, "),
        ("softmax(window = -1)", "a parameter is no integer of its range"),
        ("softmax(causal = 1)", "a parameter is neither true nor false"),
        ("softmax(empty_rows = no)", "unknown choice: expected one of nan zeros uniform"),
        ("log_sum_exp(argmax)", "parameters of log_sum_exp are given by name: "),
    ] {
        let error = text.parse::<AnyActivation>().expect_err(text);
        assert!(error.to_string().starts_with(expected), "'{text}': {error}");
    }
}

#[test]
fn parameters_are_listed_got_and_set_within_their_domain() {
    let mut any = AnyActivation::from(HardTanh { min: -1.0, max: 1.0 });
    assert_eq!(any.get("max"), Some(Parameter::Number(1.0)));
    assert_eq!(any.get("alpha"), None);
    let before = any;
    for (name, value, expected) in [
        ("min", 2.0, "min must be at most max"),
        ("max", f32::NAN, "max must be a number"),
        ("alpha", 1.0, "no such parameter: expected hard_tanh(min, max)"),
    ] {
        assert_eq!(any.set(name, value).unwrap_err().to_string(), expected);
        assert_eq!(any, before, "an error changes nothing");
    }
    assert_eq!(any.set("min", 1_isize).unwrap_err().to_string(), "a parameter is no number");
    let both = [("min", Parameter::Number(2.0)), ("max", Parameter::Number(3.0))];
    any.set_all(both).expect("an interval");
    assert_eq!(any, HardTanh { min: 2.0, max: 3.0 }.into());

    let mut softmax: AnyActivation = "softmax".parse().expect("a name");
    softmax.set("scale", 0.5).expect("a number");
    softmax.set("window", 3_isize).expect("a count");
    assert_eq!(softmax.get("causal"), Some(Parameter::Flag(true)));
    softmax.set("causal", false).expect("a flag");
    assert_eq!(softmax.get("window"), Some(Parameter::Absent));
    softmax.set("empty_rows", "zeros").expect("a choice");
    softmax.set("sink", 0.0).expect("a number");
    softmax.set("sink", Parameter::Absent).expect("an optional number");
    assert_eq!(softmax.to_string(), "softmax(scale=0.5, empty_rows=zeros)");

    for mut any in AnyActivation::all() {
        for (name, value) in any.parameters().collect::<Vec<_>>() {
            any.set(name, value).expect("the usual value");
        }
        assert_eq!(AnyActivation::from_id(any.id()), Some(any));
    }
    // What an operation itself takes can be converted, but not set.
    let mut celu = AnyActivation::from(Celu { alpha: f32::INFINITY });
    assert!(celu.set("alpha", f32::INFINITY).is_err());
}
