//! The door for AI assistants: the command table as tools of the Model Context Protocol, on standard
//! input and output. It translates and holds back; what a role may do is decided where it always is.
//!
//! It refuses to approve anything: what destroys or administers becomes a plan, which a person
//! approves through another front door.

mod assistant;
mod data;
mod level;
mod pages;
mod schema;
mod told;
mod tools;

pub use tools::markdown;

use crate::{
    api::{
        access::Effect,
        error::{ApiError, Code},
    },
    app::{Options, Tomo},
};
use assistant::Assistant;
use rmcp::{ServiceExt, service::ServerInitializeError, transport::io::stdio};
use std::{sync::Arc, time::Duration};

/// How long ending may take before it is forced.
const END_WITHIN: Duration = Duration::from_secs(5);

/// Serves one assistant until it closes standard input or the system ends the process. Nothing but
/// the protocol goes to standard output.
///
/// # Errors
/// When the data cannot be opened, or what comes in is not the protocol.
pub fn run(options: Options, allow: Effect) -> Result<(), ApiError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| failed(format!("The runtime did not start: {error}.")))?;
    let result = runtime.block_on(serve(options, allow));
    // Reading standard input cannot be cancelled; it must not hold up the end.
    runtime.shutdown_background();
    result
}

async fn serve(options: Options, allow: Effect) -> Result<(), ApiError> {
    let tomo = Tomo::open(options).await?;
    let assistant = Arc::new(Assistant::new(tomo.clone(), allow));
    let result = tokio::select! {
        result = speak(assistant.clone()) => result,
        () = told_to_end() => Ok(()),
    };
    let end = async {
        assistant.end().await;
        tomo.shutdown().await;
    };
    if tokio::time::timeout(END_WITHIN, end).await.is_err() {
        tracing::error!("ending took too long; what was left was dropped");
    }
    result
}

async fn speak(assistant: Arc<Assistant>) -> Result<(), ApiError> {
    let running = match assistant.serve(stdio()).await {
        Ok(running) => running,
        // A client that only looks whether the program starts.
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => {
            tracing::warn!(%error, "no MCP client");
            return Err(failed(
                "What came in is not the Model Context Protocol. `tomo mcp` is started by an AI assistant's program.".into(),
            ));
        }
    };
    match running.waiting().await {
        Ok(_) => Ok(()),
        Err(error) => Err(failed(format!("Serving the assistant failed: {error}."))),
    }
}

fn failed(message: String) -> ApiError {
    ApiError::new(Code::Failed, message, "docs/mcp.md says how to connect an assistant.")
}

#[cfg(unix)]
async fn told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::warn!("signals cannot be heard");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

#[cfg(not(unix))]
async fn told_to_end() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
