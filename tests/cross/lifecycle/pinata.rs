//! Pinata: creating, listing, identifying and revoking keys with each generation of its API.

use keyroster::pinata::{Generation, Pinata};
use keyroster::{
    Access, Amount, CreateKey, ErrorKind, KeyId, Limit, ListKeys, Liveness, Provider, Revocation,
    Secret, Unit,
};
use keyroster_sandbox::{Fault, PinataQuirks, RevokeAnswer, Sandbox};

use super::row;
use crate::support::{pinata, pinata_of, quick};

const GENERATIONS: [Generation; 3] = [Generation::Legacy, Generation::V3, Generation::V3Sdk];

fn request(name: &str, access: Access, uses: Option<u64>) -> CreateKey {
    let mut request = CreateKey::new(name);
    request.access = access;
    request.limit = uses.map(|uses| Amount::new(uses, Unit::REQUESTS));
    request
}

fn with_jwt(sandbox: &Sandbox, jwt: &Secret) -> Provider {
    let builder = Pinata::builder().jwt(jwt.clone());
    Provider::new(builder.http(quick().base_url(sandbox.pinata().base_url)).build().unwrap())
}

#[tokio::test]
async fn a_new_key_has_its_record_and_every_part_of_its_secret() {
    let legacy = Access::scoped(["data:pinList", "pinning:pinFileToIPFS"]);
    let v3 = Access::scoped(["org:files:read", "pinning:unpin"]);
    for generation in GENERATIONS {
        let sandbox = Sandbox::start().await.unwrap();
        let provider = pinata_of(&sandbox, generation);
        let scoped = if generation == Generation::Legacy { &legacy } else { &v3 };
        for (name, access, uses) in [
            ("an admin, \"quoted\" — ü", &Access::Admin, None),
            ("scoped", scoped, None),
            ("scoped and counted", scoped, Some(3)),
        ] {
            let created = provider.create(&request(name, access.clone(), uses)).await.unwrap();
            let key = &created.key;
            assert!(created.complete && created.warnings.is_empty(), "{:?}", created.warnings);
            assert_eq!((key.name.as_deref(), &key.access), (Some(name), access));
            let limit = uses.map(|uses| Limit::Amount(Amount::new(uses, Unit::REQUESTS)));
            assert_eq!(key.quota.limit, limit.unwrap_or(Limit::Unlimited));
            assert!(key.created_at.is_some() && key.owner.is_some());
            assert_eq!(key.state.revoked, Some(false));
            let truth = row(&sandbox, "pinata", &key.id).unwrap();
            assert_eq!((truth["name"].as_str(), truth["max_uses"].as_u64()), (Some(name), uses));

            // The listing has the same record once.
            let keys = provider.list(ListKeys::all()).await.unwrap().keys;
            let same: Vec<_> = keys.iter().filter(|listed| listed.id == key.id).collect();
            assert_eq!(same, [key]);
            assert_eq!(&provider.get(&key.id).await.unwrap(), key);

            // Both the JWT and the pair of key and secret authenticate.
            let jwt = with_jwt(&sandbox, &created.secret).whoami().await.unwrap();
            assert_eq!(jwt.key_id.as_ref(), Some(&key.id));
            let [(part, secret)] = &created.parts[..] else { panic!("{:?}", created.parts) };
            assert_eq!(part, "pinata_api_secret");
            let pair = Pinata::builder().key_pair(key.id.as_str(), secret.clone());
            let pair = pair.http(quick().base_url(sandbox.pinata().base_url)).build().unwrap();
            let pair = Provider::new(pair).whoami().await.unwrap();
            assert_eq!(pair.key_id.as_ref(), Some(&key.id));
            let shown = format!("{created:?}");
            for secret in [&created.secret, secret] {
                assert!(!shown.contains(secret.expose()));
            }
        }
    }
}

#[tokio::test]
async fn a_secret_is_returned_even_if_its_record_cannot_be_read() {
    for fault in [Fault::respond(502), Fault::respond(403), Fault::cut(), Fault::truncate(9)] {
        let sandbox = Sandbox::start().await.unwrap();
        sandbox.add_fault(fault.method("GET"));
        let asked = request("made all the same", Access::Admin, Some(7));
        let created = pinata(&sandbox).create(&asked).await.unwrap();
        assert!(!created.complete);
        let [warning] = &created.warnings[..] else { panic!("{:?}", created.warnings) };
        assert!(warning.message.contains("could not be fetched"), "{warning}");
        // The record has what was requested, but not what the vendor reports.
        assert_eq!(created.key.name.as_deref(), Some("made all the same"));
        assert_eq!(created.key.created_at, None);
        sandbox.clear_faults();
        let me = with_jwt(&sandbox, &created.secret).whoami().await.unwrap();
        assert_eq!(me.key_id, Some(created.key.id));
    }
}

#[tokio::test]
async fn revoking_is_final_and_may_be_repeated() {
    for generation in GENERATIONS {
        for (answer, again) in [
            (RevokeAnswer::Revoked, Revocation::Revoked),
            (RevokeAnswer::NotFound, Revocation::AlreadyGone),
        ] {
            let quirks = PinataQuirks::with(|it| {
                it.v3_revoke_again = answer;
                it.v3_revoke_unknown = answer;
            });
            let sandbox = Sandbox::builder().pinata_quirks(quirks).start().await.unwrap();
            let provider = pinata_of(&sandbox, generation);
            let created = provider.create(&request("short-lived", Access::Admin, None)).await;
            let created = created.unwrap();
            let id = &created.key.id;
            assert_eq!(provider.revoke(id).await.unwrap(), Revocation::Revoked);
            assert_eq!(row(&sandbox, "pinata", id).unwrap()["revoked"], true);
            assert_eq!(provider.get(id).await.unwrap().state.revoked, Some(true));
            let truth = sandbox.truth();

            // The legacy API says "Revoked" for any key.
            let legacy = generation == Generation::Legacy;
            let again = if legacy { Revocation::Revoked } else { again };
            assert_eq!(provider.revoke(id).await.unwrap(), again);
            assert_eq!(provider.revoke(&KeyId::from("no-such-key")).await.unwrap(), again);
            assert_eq!(sandbox.truth(), truth);

            let found = provider.identify(&created.secret).await.unwrap();
            assert_eq!(found.liveness, Liveness::Dead);
            assert_eq!(found.keys[0].id, *id, "a revoked key's JWT still names its key");
        }
    }
}

#[tokio::test]
async fn whoami_recognizes_an_admin() {
    let sandbox = Sandbox::start().await.unwrap();
    let access = sandbox.pinata();
    let pair = Pinata::builder().key_pair(access.api_key.as_str(), access.api_secret);
    let pair = pair.http(quick().base_url(access.base_url.as_str())).build().unwrap();
    for provider in [pinata(&sandbox), Provider::new(pair)] {
        let me = provider.whoami().await.unwrap();
        assert_eq!(me.key_id, Some(KeyId::from(access.api_key.as_str())));
        assert_eq!(me.access, Access::Admin);
    }

    let admin = pinata(&sandbox);
    let access = Access::scoped(["pinning:unpin"]);
    let created = admin.create(&request("scoped", access, None)).await.unwrap();
    let scoped = with_jwt(&sandbox, &created.secret);
    let me = scoped.whoami().await.unwrap();
    assert_eq!(me.key_id.as_ref(), Some(&created.key.id));
    assert_eq!(me.access, Access::Unknown, "it may not look, and does not guess");

    admin.revoke(&created.key.id).await.unwrap();
    let error = scoped.whoami().await.unwrap_err();
    let refused = [ErrorKind::Unauthenticated, ErrorKind::PermissionDenied];
    assert!(refused.contains(&error.kind()), "{error}");
    assert!(error.to_string().contains("revoked"), "{error}");
}

#[tokio::test]
async fn a_secret_is_identified() {
    let sandbox = Sandbox::start().await.unwrap();
    let access = sandbox.pinata();
    let provider = pinata(&sandbox);

    let own = provider.identify(&Secret::from(access.jwt.as_str())).await.unwrap();
    assert_eq!(own.liveness, Liveness::Live);
    assert_eq!(own.keys.len(), 1);
    assert_eq!(own.keys[0].id.as_str(), access.api_key);
    assert_eq!(own.keys[0].access, Access::Admin);
    assert!(own.principal.owner.is_some());

    // Another account's JWT names its key, which is not in this account.
    let foreign = Sandbox::builder().seed(99).start().await.unwrap().pinata().jwt;
    let foreign = provider.identify(&Secret::from(foreign)).await.unwrap();
    assert_eq!((foreign.liveness, foreign.keys.len()), (Liveness::Dead, 0));
    assert!(foreign.principal.key_id.is_some());

    // Anything but a JWT cannot be tried, so nothing is sent.
    let requests = sandbox.requests().len();
    for text in [access.api_secret.as_str(), "a.b.c", "hello", ""] {
        let unknown = provider.identify(&Secret::from(text)).await.unwrap();
        assert_eq!((unknown.liveness, unknown.keys.len()), (Liveness::Unknown, 0));
        assert!(!unknown.evidence.is_empty());
    }
    assert_eq!(sandbox.requests().len(), requests);
}
