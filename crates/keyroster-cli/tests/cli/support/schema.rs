//! Validates documents against the published schemas.

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Value, json};

use crate::support::binary::{keyroster, run};

/// A schema that the binary prints.
pub(crate) struct Schema {
    all: Schemas,
    index: SchemaIndex,
    name: &'static str,
}

impl Schema {
    pub(crate) async fn published(name: &'static str) -> Self {
        let schema = run(keyroster(&["schema", name])).await.ok().json();
        let urn = format!("urn:keyroster:{name}:1");
        assert_eq!(schema["$id"], urn);
        let (mut all, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.enable_format_assertions();
        // A schema contains everything that it refers to.
        compiler.add_resource(&urn, schema).unwrap();
        let index = compiler.compile(&urn, &mut all).unwrap();
        Self { all, index, name }
    }

    pub(crate) fn allows(&self, document: &Value) -> bool {
        self.all.validate(document, self.index).is_ok()
    }

    /// Asserts that a document matches the schema, and that no document with another shape does.
    pub(crate) fn hold(&self, document: &Value) {
        if let Err(error) = self.all.validate(document, self.index) {
            panic!("{}: {error:#}\n{document:#}", self.name);
        }
        assert_eq!(document["schema"], format!("urn:keyroster:{}:1", self.name));
        for place in objects(document, "") {
            let mut wrong = document.clone();
            wrong.pointer_mut(&place).unwrap()["canary"] = json!(1);
            assert!(!self.allows(&wrong), "{}: {place} may hold anything", self.name);
            let fields = document.pointer(&place).unwrap().as_object().unwrap().keys();
            // The schema names two members that are left out when they are empty.
            let may_lack = ["schema", "unreadable", "warnings"];
            for field in fields.filter(|field| !may_lack.contains(&field.as_str())) {
                let mut wrong = document.clone();
                wrong.pointer_mut(&place).unwrap().as_object_mut().unwrap().remove(field);
                assert!(!self.allows(&wrong), "{}: {place} may lack {field}", self.name);
                let mut wrong = document.clone();
                wrong.pointer_mut(&place).unwrap()[field] = json!({ "canary": [1] });
                let free = field == "extras";
                assert_eq!(self.allows(&wrong), free, "{}: {place}/{field}", self.name);
            }
        }
    }
}

/// The paths of a document's objects, except vendor-specific ones.
fn objects(value: &Value, place: &str) -> Vec<String> {
    match value {
        Value::Object(fields) => {
            let inner = fields.iter().filter(|(name, _)| *name != "extras");
            let inner = inner.flat_map(|(name, value)| objects(value, &format!("{place}/{name}")));
            std::iter::once(place.to_owned()).chain(inner).collect()
        }
        Value::Array(items) => {
            let inner = items.iter().enumerate();
            inner.flat_map(|(at, value)| objects(value, &format!("{place}/{at}"))).collect()
        }
        _ => Vec::new(),
    }
}
