//! Every public future can be sent to another thread, so that services can spawn it.

use futures_util::{StreamExt, TryStreamExt};
use keyroster_core::{
    CreateKey, CreatedKey, Error, KeyId, KeyList, ListKeys, Listing, Orphan, PageRequest, Provider,
    Registry, Roster, RosterListing, RosterReport, RotateKey, Secret, UpdateKey,
};

fn send<F: Future + Send>(_: F) {}

fn send_and_unpin<T: Send + Unpin>() {}

fn send_and_sync<T: Send + Sync>() {}

#[test]
fn types_can_be_sent() {
    send_and_unpin::<Listing>();
    send_and_unpin::<RosterListing>();
    send_and_sync::<Provider>();
    send_and_sync::<Roster>();
    send_and_sync::<RosterReport>();
    send_and_sync::<Registry>();
    send_and_sync::<CreatedKey>();
    send_and_sync::<Error>();
}

/// Compiling is the test.
#[expect(dead_code, reason = "the futures need not run")]
fn futures_can_be_sent(
    provider: &Provider,
    roster: &Roster,
    created: &mut CreatedKey,
    (orphan, id, secret): (&Orphan, &KeyId, &Secret),
    (mut listing, mut events, mut list): (Listing, RosterListing, KeyList),
) {
    send(provider.list(ListKeys::all()));
    send(provider.page(&PageRequest::default()));
    send(provider.container_page(&PageRequest::default()));
    send(provider.get(id));
    send(provider.create(&CreateKey::new("x")));
    send(provider.create_without_record(&CreateKey::new("x")));
    send(provider.fetch_record(created));
    send(provider.reconcile(orphan));
    send(provider.update(id, &UpdateKey::new()));
    send(provider.rotate(id, &RotateKey::new()));
    send(provider.rotate_without_record(id, &RotateKey::new()));
    send(provider.revoke(id));
    send(provider.whoami());
    send(provider.identify(secret));
    send(listing.try_next());
    send(provider.keys(ListKeys::all()).collect_all());
    send(listing.collect_into(&mut list));
    send(events.next());
    send(roster.list(ListKeys::all()));
    send(roster.open("x"));
    send(roster.ask(|provider| async move { provider.whoami().await }));
}
