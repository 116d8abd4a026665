//! `firewalld`

use super::{ArgumentError, Module};
use crate::host::{Change, Failure, Plan, Probe, Run, facts, firewall};

choices! {
    /// Whether it is to be in force.
    State { Enabled = "enabled" | "present", Disabled = "disabled" | "absent" }
}

choices! {
    /// What becomes of what no rule of a zone names.
    Target { Default = "default", Accept = "ACCEPT", Drop = "DROP", Reject = "%%REJECT%%" }
}

arguments! {
    /// A port that is passed on.
    PortForward {
        /// The port, or a range of ports.
        port: String;
        /// The protocol.
        proto: Protocol;
        /// The port that it is passed on to.
        toport: String;
        /// The address that it is passed on to.
        toaddr: Option<String>;
    }
}

nested!(PortForward);

choices! {
    /// A protocol with ports.
    Protocol { Tcp = "tcp", Udp = "udp" }
}

module! {
    /// Manages `firewalld`, through `firewall-cmd`.
    ///
    /// ```yaml
    /// - firewalld: { service: https, state: enabled, permanent: true, immediate: true }
    /// - firewalld: { port: 8081/tcp, zone: dmz, state: disabled, permanent: true }
    /// - firewalld: { zone: custom, state: present, permanent: true }
    /// ```
    Firewalld "firewalld" {
        /// A service.
        service: Option<String>;
        /// A protocol.
        protocol: Option<String>;
        /// Ports, as `PORT/PROTOCOL` or `PORT-PORT/PROTOCOL`.
        port: Option<String>;
        /// A port that is passed on.
        port_forward: Option<Vec<PortForward>>;
        /// A rule in the rich language.
        rich_rule: Option<String>;
        /// A network that the zone is for.
        source: Option<String>;
        /// An interface that the zone is for.
        interface: Option<String>;
        /// A kind of ICMP to block.
        icmp_block: Option<String>;
        /// Turns the meaning of blocked ICMP around.
        icmp_block_inversion: Option<bool>;
        /// The zone; the default one if nothing is said.
        zone: Option<String>;
        /// Keeps it for the next start.
        permanent: bool = false;
        /// Puts it in force now.
        immediate: bool = false;
        /// Whether it is to be in force.
        state: State;
        /// Seconds for which it is in force.
        timeout: i64 = 0;
        /// Passes traffic on inside the zone.
        forward: Option<bool>;
        /// Hides addresses behind that of the host.
        masquerade: Option<bool>;
        /// Works on the files when the daemon does not run.
        offline: bool = false;
        /// What becomes of what no rule of the zone names.
        target: Option<Target>;
    }
}

/// What is asked for, as the ends of the options: `service=https`, `masquerade`; and whether it is to be there.
struct Wish {
    option: String,
    there: bool,
}

impl Module for Firewalld {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        facts::needed_program(host, "firewall-cmd")?;
        let runs = self.daemon_runs(host)?;
        if !runs && !self.offline {
            return Err(host.missing("firewalld does not run; `offline: true` works on its files".to_owned()));
        }
        let mut plan = Plan::nothing();
        let permanent = self.permanent || self.offline && !runs;
        let immediate = (self.immediate || !self.permanent) && runs;
        for (asked, kept) in [(permanent, true), (immediate, false)] {
            let place = self.place(runs, kept);
            for wish in self.wishes().into_iter().filter(|_| asked) {
                plan.changes.extend(self.wished(host, &place, &wish)?);
            }
            if asked && kept {
                plan.changes.extend(self.whole_zone(host, &place)?);
            }
        }
        Ok(plan)
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        let wishes = self.wishes().len() + usize::from(self.target.is_some());
        if wishes > 1 {
            wrong.push(ArgumentError::new("", "only one thing can be asked for at a time"));
        }
        if wishes == 0 && (self.zone.is_none() || !self.permanent) {
            wrong.push(ArgumentError::new(
                "",
                "nothing is asked for; a zone as a whole needs `permanent: true`",
            ));
        }
        if self.port.as_deref().is_some_and(|port| !port.contains('/')) {
            wrong.push(ArgumentError::new("port", "`port` must be written as `8080/tcp`"));
        }
        if self.target.is_some() && !self.permanent {
            wrong.push(ArgumentError::new("target", "`target` needs `permanent: true`"));
        }
        if self.timeout > 0 && self.permanent {
            wrong.push(ArgumentError::new("timeout", "`timeout` is for what is not `permanent`"));
        }
        wrong
    }
}

/// A program with the words that say where it works.
struct Place {
    program: &'static str,
    words: Vec<String>,
    zone: Vec<String>,
    kept: bool,
}

impl Firewalld {
    fn daemon_runs(&self, host: &dyn Probe) -> Result<bool, Failure> {
        match firewall::ask_firewalld(host, "firewall-cmd", &["--state".to_owned()]) {
            Ok((rc, _)) => Ok(rc == 0),
            Err(Failure::Failed { .. }) => Ok(false),
            Err(other) => Err(other),
        }
    }

    fn place(&self, runs: bool, kept: bool) -> Place {
        let program = if runs { "firewall-cmd" } else { "firewall-offline-cmd" };
        let words = (kept && runs).then(|| "--permanent".to_owned()).into_iter().collect();
        let zone = self.zone.iter().map(|zone| format!("--zone={zone}")).collect();
        Place { program, words, zone, kept }
    }

    fn wishes(&self) -> Vec<Wish> {
        let on = self.state == State::Enabled;
        let named = [
            ("service", &self.service),
            ("protocol", &self.protocol),
            ("port", &self.port),
            ("rich-rule", &self.rich_rule),
            ("source", &self.source),
            ("interface", &self.interface),
            ("icmp-block", &self.icmp_block),
        ];
        let wish = |option: String, there: bool| Wish { option, there };
        let mut wishes: Vec<Wish> = named
            .iter()
            .filter_map(|(name, value)| Some(wish(format!("{name}={}", value.as_ref()?), on)))
            .collect();
        for forward in self.port_forward.iter().flatten() {
            let mut option = format!(
                "forward-port=port={}:proto={}:toport={}",
                forward.port,
                forward.proto.word(),
                forward.toport
            );
            option.extend(forward.toaddr.iter().map(|address| format!(":toaddr={address}")));
            wishes.push(wish(option, on));
        }
        // `masquerade: false` with `enabled` means that it is off.
        let flags = [
            ("masquerade", self.masquerade),
            ("forward", self.forward),
            ("icmp-block-inversion", self.icmp_block_inversion),
        ];
        wishes
            .extend(flags.iter().filter_map(|(name, value)| Some(wish((*name).to_owned(), on == (*value)?))));
        wishes
    }

    fn wished(&self, host: &dyn Probe, place: &Place, wish: &Wish) -> Result<Option<Change>, Failure> {
        let words = |verb: &str| {
            [place.words.clone(), place.zone.clone(), vec![format!("--{verb}-{}", wish.option)]].concat()
        };
        let question = words("query");
        let (rc, _) = firewall::ask_firewalld(host, place.program, &question)?;
        if (rc == 0) == wish.there {
            return Ok(None);
        }
        let mut change = words(if wish.there { "add" } else { "remove" });
        if wish.there && self.timeout > 0 && !place.kept {
            change.push(format!("--timeout={}", self.timeout));
        }
        let effect = firewall::firewalld_effect(place.program, &question, i64::from(!wish.there), "");
        Ok(Some(run(place.program, &change, vec![effect])))
    }

    /// The zone itself, where nothing in it is asked for; or its target.
    fn whole_zone(&self, host: &dyn Probe, place: &Place) -> Result<Option<Change>, Failure> {
        let on = self.state == State::Enabled;
        if let Some(target) = self.target {
            let wanted = if on { target.word() } else { "default" };
            let question =
                [place.words.clone(), place.zone.clone(), vec!["--get-target".to_owned()]].concat();
            let (_, found) = firewall::ask_firewalld(host, place.program, &question)?;
            let change =
                [place.words.clone(), place.zone.clone(), vec![format!("--set-target={wanted}")]].concat();
            let effect = firewall::firewalld_effect(place.program, &question, 0, wanted);
            return Ok((found != wanted).then(|| run(place.program, &change, vec![effect])));
        }
        let Some(zone) = self.zone.as_deref().filter(|_| self.wishes().is_empty()) else { return Ok(None) };
        let question = [place.words.clone(), vec!["--get-zones".to_owned()]].concat();
        let (_, list) = firewall::ask_firewalld(host, place.program, &question)?;
        let mut zones: Vec<&str> = list.split_whitespace().collect();
        if zones.contains(&zone) == on {
            return Ok(None);
        }
        zones.retain(|known| *known != zone);
        zones.extend(Some(zone).filter(|_| on));
        let verb = if on { "new" } else { "delete" };
        let change = [place.words.clone(), vec![format!("--{verb}-zone={zone}")]].concat();
        let effect = firewall::firewalld_effect(place.program, &question, 0, &zones.join(" "));
        Ok(Some(run(place.program, &change, vec![effect])))
    }
}

fn run(program: &str, words: &[String], effects: Vec<crate::host::Effect>) -> Change {
    let argv = std::iter::once(program.to_owned()).chain(words.iter().cloned()).collect();
    Change::Run(Run { argv, effects, counts: true, ..Run::default() })
}
