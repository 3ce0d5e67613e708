//! The file of accounts.

use keyroster::ErrorKind;

#[tokio::test]
async fn an_account_that_is_set_up_wrongly_fails_alone() {
    let file = r#"[
        { "name": "good", "provider": "pinata", "secrets": { "jwt": "GOOD" } },
        { "name": "no-variable", "provider": "pinata", "secrets": { "jwt": "MISSING" } },
        { "name": "no-setting", "provider": "pinata", "secrets": { "jtw": "GOOD" } },
        { "name": "no-provider", "provider": "acme" }
    ]"#;
    let value = |name: &str| (name == "GOOD").then(|| "e30.e30.fa4efa4e".to_owned());
    let roster = service::accounts::read(file, value).unwrap();

    // Nothing is sent: the question is answered by the account itself.
    let names = roster.ask(|account| async move { Ok(account.info().id.clone()) }).await;
    for (account, answer) in names {
        match answer {
            Ok(id) => assert_eq!((&*account, id.as_str()), ("good", "pinata")),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
                assert_eq!(error.account(), Some(&*account));
            }
        }
    }
}
