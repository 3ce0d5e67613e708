//! The control API below `/__sandbox`, for tests and people that control a running sandbox. Its requests
//! are not logged.

use serde_json::json;

use crate::exchange::Reply;
use crate::fault::json::faults;
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

pub(crate) fn handle(world: &World, method: &str, path: &str, body: &[u8]) -> Reply {
    let path = path.strip_prefix(PREFIX).unwrap_or(path);
    match (method, path.trim_end_matches('/')) {
        ("GET", "/keys") => Reply::json(200, JSON, &world.truth()),
        ("GET", "/requests") => Reply::json(200, JSON, &world.lock().log),
        ("GET", "/faults") => Reply::json(200, JSON, &world.lock().faults.to_json()),
        ("POST", "/faults") => match faults(body) {
            Ok(faults) => {
                let mut inner = world.lock();
                for fault in faults {
                    inner.faults.add(fault);
                }
                Reply::json(200, JSON, &inner.faults.to_json())
            }
            Err(message) => Reply::json(400, JSON, &json!({"error": message})),
        },
        ("DELETE", "/faults") => {
            world.lock().faults.clear();
            Reply::json(200, JSON, &json!([]))
        }
        ("POST", "/reset") => {
            world.reset();
            Reply::json(200, JSON, &json!({"reset": true}))
        }
        (method, _) => {
            let error = format!("no such {method} route; the routes are {}", ROUTES.join(", "));
            Reply::json(404, JSON, &json!({"error": error}))
        }
    }
}
