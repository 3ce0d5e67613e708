//! The control API below `/__sandbox`, which tests and people steer a running sandbox with. Its
//! requests are not in the log.

use serde_json::json;

use crate::answer::Answer;
use crate::fault_json::faults;
use crate::world::World;

pub(crate) const PREFIX: &str = "/__sandbox";

const JSON: &str = "application/json";
const ROUTES: [&str; 6] = [
    "GET /__sandbox/keys",
    "GET /__sandbox/requests",
    "GET /__sandbox/faults",
    "POST /__sandbox/faults",
    "DELETE /__sandbox/faults",
    "POST /__sandbox/reset",
];

pub(crate) fn owns(path: &str) -> bool {
    path.strip_prefix(PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub(crate) fn handle(world: &World, method: &str, path: &str, body: &[u8]) -> Answer {
    let path = path.strip_prefix(PREFIX).unwrap_or(path);
    match (method, path.trim_end_matches('/')) {
        ("GET", "/keys") => Answer::json(200, JSON, &world.truth()),
        ("GET", "/requests") => Answer::json(200, JSON, &world.lock().log),
        ("GET", "/faults") => Answer::json(200, JSON, &world.lock().rules.to_json()),
        ("POST", "/faults") => match faults(body) {
            Ok(faults) => {
                let mut inner = world.lock();
                for fault in faults {
                    inner.rules.add(fault);
                }
                Answer::json(200, JSON, &inner.rules.to_json())
            }
            Err(message) => Answer::json(400, JSON, &json!({"error": message})),
        },
        ("DELETE", "/faults") => {
            world.lock().rules.clear();
            Answer::json(200, JSON, &json!([]))
        }
        ("POST", "/reset") => {
            world.reset();
            Answer::json(200, JSON, &json!({"reset": true}))
        }
        (method, _) => {
            let error = format!("no {method} here; there are {}", ROUTES.join(", "));
            Answer::json(404, JSON, &json!({"error": error}))
        }
    }
}
