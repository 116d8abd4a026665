//! `ufw`

use super::{ArgumentError, Module};
use crate::host::{Carried, Change, Effect, Failure, Plan, Probe, Report, Run, facts, firewall, text};
use std::path::Path;

const CONF: &str = "/etc/ufw/ufw.conf";
const DEFAULTS: &str = "/etc/default/ufw";

choices! {
    /// What the firewall as a whole is to do.
    State { Disabled = "disabled", Enabled = "enabled", Reloaded = "reloaded", Reset = "reset" }
}

choices! {
    /// What becomes of what no rule names.
    Policy { Allow = "allow", Deny = "deny", Reject = "reject" }
}

choices! {
    /// Which way traffic goes.
    Direction { In = "in", Incoming = "incoming", Out = "out", Outgoing = "outgoing", Routed = "routed" }
}

choices! {
    /// How much is written to the log.
    Logging { On = "on", Off = "off", Low = "low", Medium = "medium", High = "high", Full = "full" }
}

choices! {
    /// What becomes of what the rule names.
    Rule { Allow = "allow", Deny = "deny", Limit = "limit", Reject = "reject" }
}

choices! {
    /// What the place of a new rule is counted from.
    RelativeTo {
        Zero = "zero", FirstIpv4 = "first-ipv4", LastIpv4 = "last-ipv4", FirstIpv6 = "first-ipv6",
        LastIpv6 = "last-ipv6",
    }
}

choices! {
    /// A protocol.
    Protocol {
        Any = "any", Tcp = "tcp", Udp = "udp", Ipv6 = "ipv6", Esp = "esp", Ah = "ah", Gre = "gre", Igmp = "igmp",
        Vrrp = "vrrp",
    }
}

module! {
    /// Manages the firewall `ufw`.
    ///
    /// ```yaml
    /// - ufw: { rule: allow, port: "22", proto: tcp, comment: "come in" }
    /// - ufw: { default: deny, direction: incoming }
    /// - ufw: { state: enabled, logging: "on" }
    /// ```
    Ufw "ufw" {
        /// What the firewall as a whole is to do.
        state: Option<State>;
        /// What becomes of what no rule names.
        default ["policy"]: Option<Policy>;
        /// Which way traffic goes that the rule or default is about.
        direction: Option<Direction>;
        /// How much is written to the log.
        logging: Option<Logging>;
        /// The place of a new rule.
        insert: Option<i64>;
        /// What that place is counted from.
        insert_relative_to: RelativeTo = "zero";
        /// What becomes of what the rule names.
        rule: Option<Rule>;
        /// Writes new connections to the log.
        log: bool = false;
        /// Where traffic comes from.
        from_ip ["from", "src"]: String = "any";
        /// The port that it comes from.
        from_port: Option<String>;
        /// Where it goes to.
        to_ip ["dest", "to"]: String = "any";
        /// The port that it goes to.
        to_port ["port"]: Option<String>;
        /// The protocol.
        proto ["protocol"]: Option<Protocol>;
        /// The profile of a program, in place of a port.
        name ["app"]: Option<String>;
        /// Takes the rule away.
        delete: bool = false;
        /// The interface, together with a direction.
        interface ["if"]: Option<String>;
        /// The interface that traffic comes in by.
        interface_in ["if_in"]: Option<String>;
        /// The interface that it goes out by.
        interface_out ["if_out"]: Option<String>;
        /// Makes it a rule for what is passed on.
        route: bool = false;
        /// What is said of the rule.
        comment: Option<String>;
    }
}

impl Module for Ufw {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        facts::needed_program(host, "ufw")?;
        // One step a plan: each sees what the one before it made of the files.
        let change = match host.stage() {
            0 => self.state.map(|state| whole(host, state)).transpose()?.flatten(),
            1 => self.default.map(|policy| self.default_policy(host, policy)).transpose()?.flatten(),
            2 => self.logging.map(|logging| log_level(host, logging)).transpose()?.flatten(),
            _ => self.rule.map(|rule| self.single(host, rule)).transpose()?.flatten(),
        };
        let plan = Plan::from(Vec::from_iter(change));
        Ok(if host.stage() < 3 { plan.and_again() } else { plan })
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let commands: Vec<String> =
            carried.changes.iter().filter_map(|(change, _)| change.command()).collect();
        Ok(carried.result.clone().with("commands", commands).into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        let mut say = |argument: &str, message: &str| wrong.push(ArgumentError::new(argument, message));
        if self.state.is_none() && self.default.is_none() && self.rule.is_none() && self.logging.is_none() {
            say("", one_of!("state, default, rule, logging"));
        }
        if self.name.is_some() && (self.proto.is_some() || self.logging.is_some()) {
            say("name", exclusive!("name|proto|logging"));
        }
        let ways =
            [Some(Direction::In), Some(Direction::Out), Some(Direction::Incoming), Some(Direction::Outgoing)];
        if self.interface.is_some() && !ways.contains(&self.direction) {
            say("interface", "missing parameter(s) required by 'interface': direction");
        }
        if self.interface.is_some() && (self.interface_in.is_some() || self.interface_out.is_some()) {
            say("interface", "`interface` excludes `interface_in` and `interface_out`");
        }
        if self.direction.is_some() && (self.interface_in.is_some() && self.interface_out.is_some()) {
            say("direction", "`direction` goes with one interface");
        }
        wrong
    }
}

impl Ufw {
    fn default_policy(&self, host: &dyn Probe, policy: Policy) -> Result<Option<Change>, Failure> {
        let (way, key) = match self.direction {
            None | Some(Direction::In | Direction::Incoming) => ("incoming", "DEFAULT_INPUT_POLICY"),
            Some(Direction::Out | Direction::Outgoing) => ("outgoing", "DEFAULT_OUTPUT_POLICY"),
            Some(Direction::Routed) => ("routed", "DEFAULT_FORWARD_POLICY"),
        };
        let wanted = match policy {
            Policy::Allow => "ACCEPT",
            Policy::Deny => "DROP",
            Policy::Reject => "REJECT",
        };
        let words = ["default", policy.word(), way];
        setting(host, DEFAULTS, (key, &format!("\"{wanted}\"")), &words)
    }

    fn single(&self, host: &dyn Probe, rule: Rule) -> Result<Option<Change>, Failure> {
        let words = self.rule_words(host, rule)?;
        let foreseen = firewall::foresee_rule(host, &words)?;
        if !would_change(host, &foreseen)? {
            return Ok(None);
        }
        let argv: Vec<String> = std::iter::once("ufw".to_owned()).chain(words.iter().cloned()).collect();
        let effects = vec![firewall::rule_effect(&words)];
        Ok(Some(Change::Run(Run { argv, effects, counts: true, ..Run::default() })))
    }

    /// The rule in the words of ufw.
    fn rule_words(&self, host: &dyn Probe, rule: Rule) -> Result<Vec<String>, Failure> {
        let mut words = Vec::new();
        let mut say = |parts: &[&str]| words.extend(parts.iter().map(|part| (*part).to_owned()));
        if self.route {
            say(&["route"]);
        }
        if self.delete {
            say(&["delete"]);
        }
        let insert = self.insert.filter(|_| !self.delete);
        if let Some(place) = insert.map(|place| self.place(host, place)).transpose()?.flatten() {
            say(&["insert", &place.to_string()]);
        }
        say(&[rule.word()]);
        let way = match self.direction {
            Some(Direction::In | Direction::Incoming) => Some("in"),
            Some(Direction::Out | Direction::Outgoing) => Some("out"),
            _ => None,
        };
        say(way.as_slice());
        for (word, interface) in
            [("on", &self.interface), ("in on", &self.interface_in), ("out on", &self.interface_out)]
        {
            if let Some(interface) = interface {
                // The direction is said once, also where an interface of a direction is named.
                let word = word.strip_prefix(way.unwrap_or("-")).unwrap_or(word).trim();
                say(&word.split(' ').chain([interface.as_str()]).collect::<Vec<_>>());
            }
        }
        if self.log {
            say(&["log"]);
        }
        say(&["from", &self.from_ip]);
        self.from_port.iter().for_each(|port| say(&["port", port]));
        say(&["to", &self.to_ip]);
        self.to_port.iter().for_each(|port| say(&["port", port]));
        self.proto.iter().for_each(|proto| say(&["proto", proto.word()]));
        self.name.iter().for_each(|name| say(&["app", name]));
        self.comment.iter().filter(|_| !self.delete).for_each(|comment| say(&["comment", comment]));
        Ok(words)
    }

    /// The place of a new rule among all; `None` for behind the last, which needs no word.
    fn place(&self, host: &dyn Probe, place: i64) -> Result<Option<i64>, Failure> {
        let (v4, v6) =
            (tuples_of(host, "user.rules")?.len() as i64, tuples_of(host, "user6.rules")?.len() as i64);
        let start = match self.insert_relative_to {
            RelativeTo::Zero => return Ok(Some(place)),
            RelativeTo::FirstIpv4 => 1,
            RelativeTo::LastIpv4 => v4.max(1),
            RelativeTo::FirstIpv6 => v4 + 1,
            RelativeTo::LastIpv6 => v4 + v6.max(1),
        };
        let place = (start + place).max(1);
        Ok((place <= v4 + v6).then_some(place))
    }
}

/// The firewall as a whole: on, off, read again, emptied.
fn whole(host: &dyn Probe, state: State) -> Result<Option<Change>, Failure> {
    let on = ("ENABLED", "yes");
    match state {
        State::Enabled => setting(host, CONF, on, &["-f", "enable"]),
        State::Disabled => setting(host, CONF, ("ENABLED", "no"), &["-f", "disable"]),
        State::Reloaded if value(host, CONF, "ENABLED")?.as_deref() != Some("yes") => Ok(None),
        State::Reloaded => Ok(Some(run(&["-f", "reload"], vec![Effect::Anything]))),
        State::Reset => Ok(Some(run(&["-f", "reset"], vec![Effect::Anything]))),
    }
}

fn log_level(host: &dyn Probe, logging: Logging) -> Result<Option<Change>, Failure> {
    let found = value(host, CONF, "LOGLEVEL")?.unwrap_or_default();
    let same = match logging {
        Logging::On => !matches!(found.as_str(), "off" | ""),
        other => found == other.word(),
    };
    if same {
        return Ok(None);
    }
    let wanted = if logging == Logging::On { "low" } else { logging.word() };
    setting(host, CONF, ("LOGLEVEL", wanted), &["logging", logging.word()])
}

/// The command, where a file does not say already what it would make it say.
fn setting(
    host: &dyn Probe,
    path: &str,
    (key, wanted): (&str, &str),
    words: &[&str],
) -> Result<Option<Change>, Failure> {
    if value(host, path, key)?.as_deref() == Some(wanted.trim_matches('"')) {
        return Ok(None);
    }
    let file = text::from_bytes(&host.read(Path::new(path))?);
    let edited = |line: &str| {
        let is_it = line.split_once('=').is_some_and(|(name, _)| name.trim() == key);
        if is_it { format!("{key}={wanted}\n") } else { format!("{line}\n") }
    };
    let effect = Effect::Text { path: text::to_path(path), text: file.lines().map(edited).collect() };
    Ok(Some(run(words, vec![effect])))
}

fn run(words: &[&str], effects: Vec<Effect>) -> Change {
    let argv: Vec<&str> = std::iter::once("ufw").chain(words.iter().copied()).collect();
    Change::Run(Run::changing(&argv).with_effects(effects))
}

/// What a file of the shell sets.
fn value(host: &dyn Probe, path: &str, key: &str) -> Result<Option<String>, Failure> {
    let path = Path::new(path);
    if !host.exists(path)? {
        return Err(host.missing(format!("`{}` does not exist", path.display())));
    }
    let file = text::from_bytes(&host.read(path)?);
    let mut values =
        file.lines().filter_map(|line| line.split_once('=')).filter(|(name, _)| name.trim() == key);
    Ok(values.next().map(|(_, value)| value.trim().trim_matches('"').to_owned()))
}

/// Whether the rules that ufw foretells are others than those that it keeps; a rule that is skipped is there.
fn would_change(host: &dyn Probe, foreseen: &str) -> Result<bool, Failure> {
    for part in foreseen.split("*filter").skip(1) {
        let file = if part.contains(":ufw6-") { "user6.rules" } else { "user.rules" };
        if tuples(part) != tuples_of(host, file)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn tuples_of(host: &dyn Probe, file: &str) -> Result<Vec<String>, Failure> {
    let path = Path::new("/etc/ufw").join(file);
    if host.exists(&path)? { Ok(tuples(&text::from_bytes(&host.read(&path)?))) } else { Ok(Vec::new()) }
}

fn tuples(rules: &str) -> Vec<String> {
    rules.lines().filter(|line| line.starts_with("### tuple")).map(|line| line.trim().to_owned()).collect()
}
