//! What the service answers while one account hangs.

use serde_json::Value;

use crate::client::{get, serve};
use crate::company::{self, ACCOUNTS, HANGING, KEYS_PER_ACCOUNT};

#[tokio::test]
async fn a_hanging_account_hides_no_key_of_the_others() {
    let (roster, _vendors) = company::start().await;
    let address = serve(roster).await;

    let report: Value = serde_json::from_str(&get(address, "/keys").await).unwrap();
    let keys = report["keys"].as_array().unwrap();
    assert_eq!(keys.len(), (ACCOUNTS - 1) * KEYS_PER_ACCOUNT);
    assert!(keys.iter().all(|key| key["account"] != HANGING));
    assert_eq!(report["accounts"].as_array().unwrap().len(), ACCOUNTS);

    // The failure has a place of its own, and says what happened and what to do.
    let [failure] = &report["failures"].as_array().unwrap()[..] else { panic!("{report:#}") };
    assert_eq!(failure["account"], HANGING);
    assert_eq!(failure["error"]["kind"], "transport");

    let metrics = get(address, "/metrics").await;
    assert_eq!(metrics.matches("outcome=\"ok\"} 1\n").count(), ACCOUNTS - 1, "{metrics}");
    let hanging = "keyroster_answers_total{account=\"team-07\",outcome=\"transport\"} 1\n";
    assert!(metrics.contains(hanging), "{metrics}");
}

#[tokio::test]
async fn every_other_credential_is_checked() {
    let (roster, _vendors) = company::start().await;
    let address = serve(roster).await;

    let answers: Value = serde_json::from_str(&get(address, "/whoami").await).unwrap();
    let answers = answers.as_object().unwrap();
    assert_eq!(answers.len(), ACCOUNTS);
    for (account, answer) in answers {
        if account == HANGING {
            assert_eq!(answer["error"]["kind"], "transport", "{answer}");
        } else {
            assert_eq!(answer["principal"]["access"]["kind"], "admin", "{account}: {answer}");
        }
    }
}
