//! JSON as text that does not depend on the order that `serde_json` keeps.

use serde_json::Value;

/// JSON on one line, with members sorted by name at every depth, or in the reverse order.
#[cfg(any(feature = "http", test))]
pub(crate) fn to_text(value: &Value, reversed: bool) -> String {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            if reversed {
                names.reverse();
            }
            let member = |name: &String| {
                format!("{}:{}", Value::from(name.as_str()), to_text(&members[name], reversed))
            };
            format!("{{{}}}", names.into_iter().map(member).collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| to_text(item, reversed)).collect();
            format!("[{}]", items.join(","))
        }
        scalar => scalar.to_string(),
    }
}

/// JSON on several lines, with members sorted by name.
pub(crate) fn to_pretty_text(value: &Value) -> String {
    let mut text = String::new();
    push_pretty(&mut text, value, 0);
    text
}

fn push_pretty(text: &mut String, value: &Value, depth: usize) {
    let line = |text: &mut String, depth: usize| {
        text.push('\n');
        text.push_str(&"  ".repeat(depth));
    };
    match value {
        Value::Object(members) if !members.is_empty() => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (at, (name, value)) in members.into_iter().enumerate() {
                text.push_str(if at == 0 { "" } else { "," });
                line(text, depth + 1);
                text.push_str(&format!("{}: ", Value::from(name.as_str())));
                push_pretty(text, value, depth + 1);
            }
            line(text, depth);
            text.push('}');
        }
        Value::Array(items) if !items.is_empty() => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at == 0 { "" } else { "," });
                line(text, depth + 1);
                push_pretty(text, item, depth + 1);
            }
            line(text, depth);
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::to_text;

    #[test]
    fn members_are_written_in_either_order() {
        let value = json!({"b": [{"y": 1, "x": "\""}], "a": null});
        assert_eq!(to_text(&value, false), r#"{"a":null,"b":[{"x":"\"","y":1}]}"#);
        assert_eq!(to_text(&value, true), r#"{"b":[{"y":1,"x":"\""}],"a":null}"#);
    }
}
