//! Threads: a provider is used from several threads at once.

use keyroster_core::{ListKeys, Provider};

use super::scenarios;
use crate::suite::bench::{Bench, Check};

scenarios! {
    works_on_several_threads: Trait, false, |_| Ok(()),
        "Several listings run at once, on other threads than the one that built the provider.";
}

async fn works_on_several_threads(bench: &Bench) -> Check {
    let world = bench.start_with(bench.several_pages())?;
    let handle = world.handle.clone();
    let (answer, answered) = tokio::sync::oneshot::channel();
    // A runtime cannot be dropped inside another, so it has a thread of its own.
    std::thread::spawn(move || answer.send(several(&handle)));
    let lists =
        answered.await.map_err(|_| bench.failure("four listings at once", "it panicked"))?;
    for list in lists {
        let list = bench.works("a listing on another thread", list)?;
        bench.same_keys(&world, &list)?;
    }
    Ok(())
}

fn several(handle: &Provider) -> Vec<keyroster_core::Result<Vec<keyroster_core::ApiKey>>> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let Ok(runtime) = runtime else { return Vec::new() };
    runtime.block_on(async {
        let list = |handle: Provider| async move {
            handle.list(ListKeys::all()).await.map(|list| list.keys)
        };
        let tasks: Vec<_> = (0..4).map(|_| tokio::spawn(list(handle.clone()))).collect();
        let lists = futures_util::future::join_all(tasks).await;
        // A panic of the provider fails this test.
        lists
            .into_iter()
            .map(|list| list.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic())))
            .collect()
    })
}
