//! Hosts on the way: each is connected to once, for all hosts behind it.

use super::dial::dial;
use super::dialer::{Dialer, Shared};
use super::line::Builtin;
use super::settings::{Hop, Settings};
use super::{Failure, Target};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Connections to hosts on the way: every one is shared by all hosts behind it.
#[derive(Default)]
pub(super) struct Bastions(Mutex<HashMap<String, Bastion>>);

/// One of them, once it is open; locked while it is being opened.
type Bastion = Arc<Mutex<Option<Arc<Builtin>>>>;

/// The connection to the last of the hosts on the way.
pub(super) async fn through(
    shared: &Arc<Shared>,
    target: &Target,
    jumps: &[Hop],
) -> Result<Option<Arc<Builtin>>, Failure> {
    match jumps.split_last() {
        None => Ok(None),
        Some((last, before)) => Ok(Some(Box::pin(bastion(shared, target, last, before)).await?)),
    }
}

async fn bastion(
    shared: &Arc<Shared>,
    target: &Target,
    hop: &Hop,
    before: &[Hop],
) -> Result<Arc<Builtin>, Failure> {
    let slot = {
        let mut all = shared.bastions.0.lock().await;
        all.entry(format!("{before:?} {hop:?} {:?}", target.config)).or_default().clone()
    };
    let mut slot = slot.lock().await;
    if let Some(open) = slot.as_ref().filter(|open| !open.is_closed()) {
        return Ok(open.clone());
    }
    let opened = Arc::new(open_bastion(shared, target, hop, before).await?);
    *slot = Some(opened.clone());
    Ok(opened)
}

/// A host on the way is reached with its own settings; none of the target's own words hold for it but the file they are
/// read from, as with OpenSSH.
async fn open_bastion(
    shared: &Arc<Shared>,
    target: &Target,
    hop: &Hop,
    before: &[Hop],
) -> Result<Builtin, Failure> {
    let through =
        Target { config: target.config.clone(), known_hosts: target.known_hosts.clone(), ..hop.target() };
    let way = |failure: Failure| failure.on_the_way_to(&target.name);
    let mut settings = Settings::of_target(&through, &shared.origin, &shared.openssh).await.map_err(way)?;
    if let Some(what) = &settings.beyond {
        let failure = Failure::unreachable(&hop.host, format!("{what} is beyond the built-in client"));
        return Err(way(failure.beyond()));
    }
    if !before.is_empty() {
        settings.jumps = before.to_vec();
    }
    let mut dialled = dial(shared, &through, &settings).await.map_err(way)?;
    let dialer = Dialer { shared: shared.clone() };
    dialer.log_in(&through, &settings, &mut dialled).await.map_err(way)?;
    Ok(Builtin::new(dialled.handle, dialled.through, false))
}
