//! Serves a sandbox until standard input closes: prints where it is, as one line of JSON.

use keyroster_sandbox::Sandbox;
use tokio::io::AsyncReadExt as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let sandbox = Sandbox::start().await?;
    #[expect(clippy::print_stdout, reason = "the line is what this program is for")]
    {
        println!("{}", sandbox.ready_line());
    }
    let mut rest = Vec::new();
    tokio::io::stdin().read_to_end(&mut rest).await?;
    sandbox.stop().await;
    Ok(())
}
