//! Evaluates expressions within bounds. Nothing here knows about WebAssembly.

use std::sync::atomic::{AtomicU32, Ordering};

use fend_core::{Context, CustomUnitAttribute, Interrupt, evaluate_with_interrupt};

const EXPRESSION_CHARS_MAX: usize = 1_000;

/// The parser and the evaluator recurse at each parenthesis.
const NESTING_MAX: usize = 50;

/// A number this long helps nobody, and half a number is a wrong one.
const RESULT_CHARS_MAX: usize = 10_000;

/// Steps of the evaluator after which a calculation is given up. Writing out 9,000 digits takes
/// 56,000.
const STEPS_MAX: u32 = 200_000;

/// Growth of memory at which numbers count as too large: doubling their length once more would
/// take more than a call's fuel.
const GROWTH_BYTES_MAX: usize = 400 * 1024;

/// Units that are written this way everywhere, and that the library knows under longer names.
const UNITS: [(&str, &str); 4] = [
    ("kbit", "1000 bits"),
    ("Mbit", "1000000 bits"),
    ("Gbit", "1000000000 bits"),
    ("Tbit", "1000000000000 bits"),
];

/// The value of `expression`, or what to write in place of it. `memory_bytes` tells how much
/// memory is taken, which is how numbers are noticed that grow without end.
pub(crate) fn calculate(expression: &str, memory_bytes: fn() -> usize) -> Result<String, String> {
    let expression = expression.trim();
    check(expression)?;
    let bounds = Bounds {
        steps: AtomicU32::new(0),
        memory_bytes,
        memory_bytes_max: memory_bytes() + GROWTH_BYTES_MAX,
    };
    let mut context = Context::new();
    for (name, definition) in UNITS {
        context.define_custom_unit_v1(name, name, definition, &CustomUnitAttribute::None);
    }
    let result = evaluate_with_interrupt(expression, &mut context, &bounds)
        .map_err(|error| explained(&error))?;
    let value = result.get_main_result().trim();
    if value.is_empty() {
        return Err(
            "the expression has no value; end it with one, such as `a = 2; 3 a`".to_owned(),
        );
    }
    let chars = value.chars().count();
    if chars > RESULT_CHARS_MAX {
        return Err(format!(
            "the result has {chars} characters, more than 10,000; ask for its size with `log(…)`, \
             or for a part of it with `mod`"
        ));
    }
    Ok(value.to_owned())
}

/// Refuses what is too much, and what the library would read otherwise than it is meant.
fn check(expression: &str) -> Result<(), String> {
    let problem = if expression.is_empty() {
        "`expression` is empty; write what to calculate, such as `3 km/h to m/s`"
    } else if expression.chars().count() > EXPRESSION_CHARS_MAX {
        "`expression` is longer than 1,000 characters; calculate it in several parts"
    } else if nesting(expression) > NESTING_MAX {
        "`expression` has more than 50 parentheses or signs in a row; calculate it in several parts"
    } else if expression.contains([':', '\\']) || expression.contains("=>") {
        // A function that calls itself would overflow the stack.
        "functions cannot be defined; write the calculation with the values themselves"
    } else if expression.contains("//") {
        "`//` is no operator; write `floor(7 / 2)` for a division without remainder"
    } else if has_percent_as_operator(expression) {
        "`%` means percent; write `17 mod 5` for the remainder, and `20% of 80` for a part"
    } else {
        return Ok(());
    };
    Err(problem.to_owned())
}

/// How deep the parser may recurse at most. A closing parenthesis without an opening one counts
/// too, since the library adds what is missing.
fn nesting(expression: &str) -> usize {
    let opened = expression.matches(['(', '{', '[']).count();
    let closed = expression.matches([')', '}', ']']).count();
    let signs = expression.matches(['-', '+', '^', '!', '/', '=']).count();
    opened.max(closed).max(signs / 4)
}

/// Whether a value follows a `%`, as in `17 % 5`, which the library takes for `17% * 5`.
fn has_percent_as_operator(expression: &str) -> bool {
    expression.split('%').skip(1).any(|rest| {
        rest.trim_start()
            .starts_with(|c: char| c.is_ascii_digit() || c == '(' || c == '.')
    })
}

/// The library's own words, with what to do where they do not say it.
fn explained(error: &str) -> String {
    let remedy = if error.contains("interrupted") {
        return "the calculation takes too long or its numbers become too large; use smaller \
                numbers, or calculate with logarithms"
            .to_owned();
    } else if error.contains("exchange rates") {
        "give the rate as a number, such as `250 * 1.08`"
    } else if error.contains("random numbers") {
        "write the numbers themselves"
    } else if error.contains("unknown identifier") {
        "write a unit, function or constant that is known, and values as numbers"
    } else if error.contains("incompatible") {
        "convert to a unit of the same quantity"
    } else if error.contains("expected") || error.contains("is not a function") {
        "write an expression such as `3 km/h to m/s` or `sqrt(2) * 5^3`"
    } else {
        return error.to_owned();
    };
    format!("{error}; {remedy}")
}

/// What ends a calculation before the sandbox does.
struct Bounds {
    steps: AtomicU32,
    memory_bytes: fn() -> usize,
    memory_bytes_max: usize,
}

impl Interrupt for Bounds {
    fn should_interrupt(&self) -> bool {
        self.steps.fetch_add(1, Ordering::Relaxed) >= STEPS_MAX
            || (self.memory_bytes)() > self.memory_bytes_max
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    fn value(expression: &str) -> String {
        calculate(expression, || 0).unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    fn refusal(expression: &str) -> String {
        calculate(expression, || 0).expect_err(expression)
    }

    #[test]
    fn whole_numbers_and_decimals_are_exact() {
        for (expression, expected) in [
            ("0.1 + 0.2", "0.3"),
            ("2^100", "1267650600228229401496703205376"),
            (" 1,234,567 * 2 ", "2469134"),
            ("6.02e23 * 1.5", "903000000000000000000000"),
            ("1/3 + 1/6 to fraction", "1/2"),
            ("sqrt(16)", "4"),
            ("27^(1/3)", "3"),
            ("1000 * (1 + 5%)^10", "1628.89462677744140625"),
            ("17 mod 5", "2"),
            ("10!", "3628800"),
            ("2 ** 10", "1024"),
            ("-2^2", "-4"),
        ] {
            assert_eq!(value(expression), expected, "{expression}");
        }
    }

    #[test]
    fn rounded_results_say_so() {
        for (expression, expected) in [
            ("1/3", "approx. 0.3333333333"),
            ("sqrt 2", "approx. 1.4142135624"),
            ("22/7 to 3 dp", "approx. 3.143"),
            ("123456789 to 3 sf", "approx. 123000000"),
        ] {
            assert_eq!(value(expression), expected, "{expression}");
        }
    }

    #[test]
    fn units_are_converted_and_reckoned_with() {
        for (expression, expected) in [
            ("3 km/h to m/s", "approx. 0.8333333333 m / s"),
            ("5 feet 3 inches to cm", "160.02 cm"),
            ("5'10\" to cm", "177.8 cm"),
            ("350 °F to °C", "approx. 176.6666666667 °C"),
            (
                "1 GiB / (50 Mbit/s) to minutes",
                "approx. 2.8633115307 minutes",
            ),
            ("100 Mbit/s to MB/s", "12.5 MB / s"),
            ("5 kg * 9.81 m/s^2", "49.05 newtons"),
            ("sin(30°)", "0.5"),
            ("1 hour 5 minutes + 55 minutes", "2 hours"),
        ] {
            assert_eq!(value(expression), expected, "{expression}");
        }
    }

    #[test]
    fn bases_percent_and_steps_are_understood() {
        for (expression, expected) in [
            ("255 to hex", "ff"),
            ("0xff to decimal", "255"),
            ("20% of 80", "16"),
            ("80 * (1 + 20%)", "96"),
            ("a = 3; b = 4; sqrt(a^2 + b^2)", "5"),
            ("println 5", "5"),
        ] {
            assert_eq!(value(expression), expected, "{expression}");
        }
    }

    #[test]
    fn what_would_be_misread_is_refused() {
        for expression in ["17 % 5", "17%5", "17 % (2 + 3)", "5 // 2"] {
            assert!(refusal(expression).contains("write `"), "{expression}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (expression, expected) in [
            ("", "`expression` is empty"),
            ("   ", "`expression` is empty"),
            ("1 / 0", "division by zero"),
            ("foo", "unknown identifier 'foo'"),
            ("5 km to kg", "incompatible"),
            ("5 usd to eur", "give the rate as a number"),
            ("roll d6", "random numbers are not available"),
            ("1 +", "expected"),
            ("a = ", "expected"),
        ] {
            let refusal = refusal(expression);
            assert!(refusal.contains(expected), "{expression}: {refusal}");
        }
    }

    #[test]
    fn numbers_that_grow_without_end_are_given_up() {
        static MEMORY: AtomicUsize = AtomicUsize::new(0);
        let growing = || MEMORY.fetch_add(64 * 1024, Ordering::Relaxed);
        for expression in [
            "10^10^10",
            "9^9^9^9",
            "(10^10^7)!",
            "a = 10^10^8; a * a",
            "2^(2^40)",
        ] {
            let refusal = calculate(expression, growing).expect_err(expression);
            assert!(refusal.contains("too large"), "{expression}: {refusal}");
        }
    }

    #[test]
    fn endless_steps_are_given_up() {
        assert!(refusal("10000!").contains("takes too long"));
        assert!(refusal("10^100000000000000000000000000").contains("exponent too large"));
        for expression in ["f = x: f x; f 1", "f = \\x.f x; f 1", "f = x => f x; f 1"] {
            assert!(
                refusal(expression).contains("cannot be defined"),
                "{expression}"
            );
        }
    }

    #[test]
    fn long_and_deep_expressions_are_refused() {
        assert!(refusal(&"1".repeat(1_001)).contains("1,000 characters"));
        assert_eq!(value(&"1".repeat(1_000)).len(), 1_000);
        for piece in ["(", ")", "[", "{", "-", "2^", "!", "sin(", "x:"] {
            let expression = piece.repeat(1_000 / piece.len());
            assert!(calculate(&expression, || 0).is_err(), "{piece}");
        }
        assert!(refusal("4000!").contains("characters, more than"));
    }

    #[test]
    fn nonsense_never_panics() {
        let pieces = [
            "0", "1", "-", "(", ")", "^", "!", "/", " to ", "%", "km", "°C", "sqrt ", "ln ", "i",
            "0x", "\"", "'", "@", ";", "=", ":", ".", ",", "e", " mod ", "d6", "é", "\u{0}", "\\",
            " choose ", "1e-9", "asin ", " sf", " dp", "log2 ", "0.", "<<", "&", "#", "fraction",
        ];
        let mut state = 0x9e37_79b9_u32;
        for _ in 0..3_000 {
            let mut expression = String::new();
            for _ in 0..6 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                expression += pieces[(state >> 16) as usize % pieces.len()];
            }
            let _ = calculate(&expression, || 0);
        }
    }
}
