//! Names of seeded keys: services, jobs and people of one company.

use fastrand::Rng;

const SERVICES: [&str; 24] = [
    "support-bot",
    "search-rerank",
    "billing-export",
    "ci-deploy",
    "grafana",
    "docs-assistant",
    "nightly-eval",
    "image-pipeline",
    "fraud-scoring",
    "recommendations",
    "data-sync",
    "mobile-app",
    "web-frontend",
    "slack-bridge",
    "onboarding",
    "catalogue",
    "nft-metadata-uploader",
    "backup",
    "translation",
    "moderation",
    "partner-api",
    "email-drafts",
    "analytics",
    "sandbox-tests",
];
const STAGES: [&str; 6] = ["prod", "staging", "dev", "eu", "canary", "preview"];
const PEOPLE: [&str; 10] =
    ["Ana", "Tomasz", "Mei", "Priya", "Jonas", "Søren", "Zoë", "Diego", "Noor", "Łukasz"];
const MACHINES: [&str; 4] = ["MacBook Pro", "laptop", "workstation", "home server"];

/// A name for the key with this number. About one in forty repeats an earlier name, because neither
/// vendor requires unique names.
pub(crate) fn name(rng: &mut Rng, number: usize) -> String {
    let service = SERVICES[rng.usize(..SERVICES.len())];
    let stage = STAGES[rng.usize(..STAGES.len())];
    match rng.u8(..40) {
        0 => service.to_owned(),
        1..=5 => {
            let person = PEOPLE[rng.usize(..PEOPLE.len())];
            format!("{person}'s {} {number}", MACHINES[rng.usize(..MACHINES.len())])
        }
        6..=9 => format!("{service} ({stage}) #{number}"),
        _ => format!("{service}-{stage}-{number}"),
    }
}

/// Makes sorted instants distinct by moving later ones by `step`.
pub(crate) fn separate<'a>(sorted: impl Iterator<Item = &'a mut i64>, step: i64) {
    let mut earliest = i64::MIN;
    for instant in sorted {
        *instant = (*instant).max(earliest);
        earliest = instant.saturating_add(step);
    }
}
