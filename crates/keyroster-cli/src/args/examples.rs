//! What the help shows after the options: examples, exit codes, variables.

pub(super) const LIST: &str = "\
Examples:
  keyroster list --access admin --status active
  keyroster list --unused-for 90d --sort last_used -o ids
  keyroster list --account 'prod-*,lab' --group-by status
  keyroster list --status active --older-than 1y --exit-code";

pub(super) const CREATE: &str = "\
Examples:
  keyroster create prod ci --limit 25 --expires 90d --secret-to dotenv:.env#KEY
  keyroster create media up --scope pinning:pinFileToIPFS --secret-to file:key
  keyroster create prod ci --secret-to 'command:gh secret set KEY' --dry-run";

pub(super) const UPDATE: &str = "\
Examples:
  keyroster update prod/7d752a1a46c8 --limit 50 --reset monthly
  keyroster update prod/7d752a1a46c8 --name ci-2 --dry-run";

pub(super) const REVOKE: &str = "\
Examples:
  keyroster revoke prod/7d752a1a46c8
  keyroster revoke --name 'tf-*' --account prod --dry-run
  keyroster list --unused-for 1y -o ids | keyroster revoke --from - --yes";

pub(super) const IDENTIFY: &str = "\
Examples:
  pass show leaked | keyroster identify -
  keyroster identify env:OPENROUTER_API_KEY
  keyroster identify file:found.key --account prod";

pub(super) const TOP: &str = "\
Exit codes:
  0         done
  1         findings: `doctor` found a problem, `list --exit-code` a key
  2         the command line is wrong, or asks for what the vendor does not offer
  3         partial: some accounts or keys failed, or keys may be missing
  4         a credential or setting is missing, malformed or refused
  5         a vendor or the network failed
  6         a guard refused, and nothing was done
  130, 143  it was told to stop, with Ctrl-C or SIGTERM

Environment:
  KEYROSTER_CONFIG   the file that describes the accounts
  KEYROSTER_LOG      what is logged, as `debug`; RUST_LOG if it is not set
  KEYROSTER_<ACCOUNT>__<SETTING>
                     a setting of an account, before the file's; with neither,
                     the vendors' own variables (`keyroster providers`)
  NO_COLOR           no colours";
