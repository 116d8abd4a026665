//! `docker_prune`

use super::Module;
use super::argument::Size;
use super::docker::{DockerArguments, filters};
use crate::host::docker::{Engine, Order, Thing};
use crate::host::{Carried, Change, Data, Done, Failure, Fields, Plan, Probe, Report};

module! {
    /// Removes what docker keeps and nobody uses.
    ///
    /// Without filters, a dry run knows whether there is anything of the kind.
    ///
    /// ```yaml
    /// - docker_prune: { containers: true, images: true, images_filters: { dangling: false } }
    /// ```
    DockerPrune "docker_prune" {
        /// Containers that do not run.
        containers: bool = false;
        /// Which of them.
        containers_filters: Fields;
        /// Images that nothing uses.
        images: bool = false;
        /// Which of them; those without a name if nothing is said.
        images_filters: Fields;
        /// Networks without containers.
        networks: bool = false;
        /// Which of them.
        networks_filters: Fields;
        /// Volumes that no container has.
        volumes: bool = false;
        /// Which of them.
        volumes_filters: Fields;
        /// What is left of builds.
        builder_cache: bool = false;
        /// All of it.
        builder_cache_all: bool = false;
        /// Which of it.
        builder_cache_filters: Fields;
        /// How much of it is kept, as `1G`.
        builder_cache_keep_storage: Option<Size>;
    } with { docker: DockerArguments }
}

/// What is removed in one go.
struct Kind<'a> {
    wanted: bool,
    name: &'static str,
    /// Where the order goes.
    path: String,
    filters: &'a Fields,
    /// Where it is seen whether there is anything, and of what state.
    list: &'static str,
    filter: Fields,
    /// The list in docker's answer.
    deleted: &'static str,
}

impl Module for DockerPrune {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let engine = self.docker.engine(host)?;
        let mut plan = Plan::nothing();
        for kind in self.kinds().into_iter().filter(|kind| kind.wanted) {
            if !kind.filters.is_empty() || kind.is_there(host, &engine)? {
                plan.push(Change::Docker(Box::new(kind.order(&engine))));
            }
        }
        Ok(plan)
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        let mut changed = false;
        for kind in self.kinds().into_iter().filter(|kind| kind.wanted) {
            let said = carried.changes.iter().find_map(|(change, done)| match done {
                Done::Said(said) if change.command() == Some(kind.title()) => Some(said.clone()),
                _ => None,
            });
            let said = Data::Map(said.unwrap_or_default());
            let (deleted, space) =
                (said.list(kind.deleted), said.number::<i64>("SpaceReclaimed").unwrap_or(0));
            changed |= !deleted.is_empty() || space > 0;
            let list = if kind.name == "builder_cache" { "builder_cache_caches_deleted" } else { kind.name };
            result.set(list, deleted.to_vec());
            if kind.name != "networks" {
                result.set(format!("{}_space_reclaimed", kind.name), space);
            }
        }
        Ok(Report { changed: (!carried.dry).then_some(changed), ..Report::from(result) })
    }
}

impl DockerPrune {
    fn kinds(&self) -> [Kind<'_>; 5] {
        let one = |name: &str, values: &[&str]| Fields::new().with(name, values.to_vec());
        let kind = |wanted, name, filters, list, filter, deleted| Kind {
            wanted,
            name,
            path: format!("/{name}/prune"),
            filters,
            list,
            filter,
            deleted,
        };
        let stopped = one("status", &["exited", "created", "dead"]);
        let keep = self.builder_cache_keep_storage.map(|size| format!("&keep-storage={}", size.0));
        let build = format!("/build/prune?all={}{}", self.builder_cache_all, keep.unwrap_or_default());
        let unused = || one("dangling", &["true"]);
        [
            kind(
                self.containers,
                "containers",
                &self.containers_filters,
                "/containers/json?all=true&",
                stopped,
                "ContainersDeleted",
            ),
            kind(self.images, "images", &self.images_filters, "/images/json?", unused(), "ImagesDeleted"),
            kind(
                self.networks,
                "networks",
                &self.networks_filters,
                "/networks?",
                unused(),
                "NetworksDeleted",
            ),
            kind(self.volumes, "volumes", &self.volumes_filters, "/volumes?", unused(), "VolumesDeleted"),
            Kind {
                path: build,
                ..kind(
                    self.builder_cache,
                    "builder_cache",
                    &self.builder_cache_filters,
                    "/system/df",
                    Fields::new(),
                    "CachesDeleted",
                )
            },
        ]
    }
}

impl Kind<'_> {
    fn title(&self) -> String {
        format!("prune {}", self.name.replace('_', " "))
    }

    fn is_there(&self, host: &dyn Probe, engine: &Engine) -> Result<bool, Failure> {
        let found = engine.ask(host, Thing::At(format!("{}{}", self.list, filters(&self.filter))))?;
        Ok(match &found {
            Data::List(items) => !items.is_empty(),
            found => !found.list("Volumes").is_empty() || !found.list("BuildCache").is_empty(),
        })
    }

    fn order(&self, engine: &Engine) -> Order {
        let sign = if self.path.contains('?') { '&' } else { '?' };
        let query = filters(self.filters);
        let path = if query.is_empty() { self.path.clone() } else { format!("{}{sign}{query}", self.path) };
        let empty = Data::List(Vec::new());
        let list = format!("{}{}", self.list, filters(&self.filter));
        Order::new(engine, self.title(), "POST", path).with_effect(Thing::At(list), empty)
    }
}
