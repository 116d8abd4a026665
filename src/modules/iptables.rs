//! `iptables`

use super::{ArgumentError, Module};
use crate::host::{Change, Effect, Failure, Fields, Plan, Probe, Run, facts};

choices! {
    /// What becomes of what no rule matches.
    Policy { Accept = "ACCEPT", Drop = "DROP", Queue = "QUEUE", Return = "RETURN" }
}

choices! {
    /// Whether the rule is to be there.
    State { Present = "present", Absent = "absent" }
}

choices! {
    /// Where a new rule goes.
    Action { Append = "append", Insert = "insert" }
}

choices! {
    /// Which table.
    Table { Filter = "filter", Nat = "nat", Mangle = "mangle", Raw = "raw", Security = "security" }
}

choices! {
    /// Whether the first packet of a connection is meant.
    Syn { Ignore = "ignore", Match = "match", Negate = "negate" }
}

choices! {
    /// Which parts of a packet are looked up in a set.
    SetFlags {
        From = "src", To = "dst", FromTo = "src,dst", ToFrom = "dst,src", FromFrom = "src,src", ToTo = "dst,dst",
    }
}

choices! {
    /// How grave what is logged is.
    LogLevel {
        Zero = "0", One = "1", Two = "2", Three = "3", Four = "4", Five = "5", Six = "6", Seven = "7", Emergency = "emerg",
        Alert = "alert", Critical = "crit", Error = "error", Warning = "warning", Notice = "notice", Info = "info",
        Debug = "debug",
    }
}

choices! {
    /// Which protocol of the internet.
    IpVersion { Four = "ipv4", Six = "ipv6", Both = "both" }
}

module! {
    /// Sees to one rule of the packet filter.
    ///
    /// ```yaml
    /// - iptables: { chain: INPUT, protocol: tcp, destination_port: "22", jump: ACCEPT, comment: ssh }
    /// - iptables: { chain: INPUT, policy: DROP }
    /// ```
    Iptables "iptables" {
        /// The table.
        table: Table = "filter";
        /// The chain.
        chain: Option<String>;
        /// Whether the rule is to be there.
        state: State = "present";
        /// Where a new rule goes.
        action: Action = "append";
        /// At which place it is put in.
        rule_num: Option<String>;
        /// Which protocol of the internet.
        ip_version: IpVersion = "ipv4";
        /// The protocol.
        protocol: Option<String>;
        /// Where packets come from.
        source: Option<String>;
        /// Where they go.
        destination: Option<String>;
        /// The interface that they come in by.
        in_interface: Option<String>;
        /// The interface that they go out by.
        out_interface: Option<String>;
        /// The port that they come from.
        source_port: Option<String>;
        /// The port that they go to.
        destination_port: Option<String>;
        /// The ports that they go to.
        destination_ports: Vec<String>;
        /// The port that they are led to.
        to_ports: Option<String>;
        /// The address that they are led to.
        to_destination: Option<String>;
        /// The address that they are made to come from.
        to_source: Option<String>;
        /// States of connections.
        ctstate: Vec<String>;
        /// Extensions.
        r#match: Vec<String>;
        /// Addresses that they come from, as a range.
        src_range: Option<String>;
        /// Addresses that they go to, as a range.
        dst_range: Option<String>;
        /// A set that they must be in.
        match_set: Option<String>;
        /// Which parts of them are looked up in the set.
        match_set_flags: Option<SetFlags>;
        /// Flags of TCP: `flags` and `flags_set`.
        tcp_flags: Fields;
        /// `ignore`, `match` or `negate` of the first packet.
        syn: Syn = "ignore";
        /// The type of a message of ICMP.
        icmp_type: Option<String>;
        /// How many match.
        limit: Option<String>;
        /// How many match at once.
        limit_burst: Option<String>;
        /// The user whose they are.
        uid_owner: Option<String>;
        /// The group whose they are.
        gid_owner: Option<String>;
        /// What becomes of them.
        jump: Option<String>;
        /// Where it goes on.
        goto: Option<String>;
        /// The gateway of a copy.
        gateway: Option<String>;
        /// What the log begins with.
        log_prefix: Option<String>;
        /// How grave it is.
        log_level: Option<LogLevel>;
        /// What refused ones are told.
        reject_with: Option<String>;
        /// Fragments.
        fragment: Option<String>;
        /// Counters of the rule.
        set_counters: Option<String>;
        /// The class of service that is set.
        set_dscp_mark: Option<String>;
        /// The class of service that is set, by name.
        set_dscp_mark_class: Option<String>;
        /// What is said of it.
        comment: Option<String>;
        /// What becomes of what no rule matches.
        policy: Option<Policy>;
        /// Takes all rules away, of the chain if one is named.
        flush: bool = false;
        /// Makes the chain where it is missing; with `state: absent` and nothing of a rule, removes it.
        chain_management: bool = false;
        /// Seconds to wait for others.
        wait: Option<String>;
        /// Means nothing here: no names are asked for.
        numeric: bool = false;
    }
}

impl Module for Iptables {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let mut plan = Plan::say(self.said());
        let programs: &[&str] = match self.ip_version {
            IpVersion::Four => &["iptables"],
            IpVersion::Six => &["ip6tables"],
            IpVersion::Both => &["iptables", "ip6tables"],
        };
        for program in programs {
            plan.changes.extend(self.by(host, program)?);
        }
        Ok(plan)
    }

    fn check(&self) -> Vec<ArgumentError> {
        let jumps_to =
            |target: &str| self.jump.as_ref().is_some_and(|jump| jump.eq_ignore_ascii_case(target));
        let message = match () {
            () if self.flush && self.policy.is_some() => exclusive!("flush|policy"),
            () if self.chain.is_none() && !self.flush => {
                "flush is False but all of the following are missing: chain"
            }
            () if self.logs() && self.jump.is_some() && !jumps_to("LOG") => {
                "`log_prefix` and `log_level` are for `jump: LOG`"
            }
            () if jumps_to("TEE") && self.gateway.is_none() => {
                "jump is TEE but all of the following are missing: gateway"
            }
            () => return Vec::new(),
        };
        vec![ArgumentError::new("", message)]
    }
}

impl Iptables {
    fn said(&self) -> Fields {
        Fields::new()
            .with("ip_version", self.ip_version.word())
            .with("table", self.table.word())
            .with("chain", self.chain.clone())
            .with("state", self.state.word())
            .with("rule", self.rule().join(" "))
            .with("flush", self.flush)
            .with("chain_management", self.chain_management)
            .with("wait", self.wait.clone())
    }

    fn by(&self, host: &dyn Probe, program: &str) -> Result<Vec<Change>, Failure> {
        if self.flush {
            return Ok(vec![run(&self.words(program, "-F", &[]), Vec::new())]);
        }
        if let Some(policy) = &self.policy {
            return self.policy_change(host, program, policy.word());
        }
        let rule = self.rule();
        let mut changes = Vec::new();
        if self.chain_management && (self.state == State::Present || rule.is_empty()) {
            changes.extend(self.chain_change(host, program)?);
        }
        if !rule.is_empty() {
            changes.extend(self.rule_change(host, program, &rule)?);
        }
        Ok(changes)
    }

    fn policy_change(&self, host: &dyn Probe, program: &str, policy: &str) -> Result<Vec<Change>, Failure> {
        let (table, chain) = (self.table.word(), self.chain_name());
        if facts::chain_policy(host, program, table, chain)?.as_deref() == Some(policy) {
            return Ok(Vec::new());
        }
        let effect = facts::chain_effect(program, table, chain, Some(&format!("-P {chain} {policy}\n")));
        Ok(vec![run(&self.words(program, "-P", &[policy.to_owned()]), vec![effect])])
    }

    fn chain_change(&self, host: &dyn Probe, program: &str) -> Result<Option<Change>, Failure> {
        let (table, chain) = (self.table.word(), self.chain_name());
        let wanted = self.state == State::Present;
        if facts::chain_is_there(host, program, table, chain)? == wanted {
            return Ok(None);
        }
        let (word, listed) = if wanted { ("-N", Some(format!("-N {chain}\n"))) } else { ("-X", None) };
        let effect = facts::chain_effect(program, table, chain, listed.as_deref());
        Ok(Some(run(&self.words(program, word, &[]), vec![effect])))
    }

    fn rule_change(
        &self,
        host: &dyn Probe,
        program: &str,
        rule: &[String],
    ) -> Result<Option<Change>, Failure> {
        let check = self.words(program, "-C", rule);
        let wanted = self.state == State::Present;
        if facts::rule_is_there(host, &check)? == wanted {
            return Ok(None);
        }
        let word = match (wanted, self.action) {
            (false, _) => "-D",
            (true, Action::Append) => "-A",
            (true, Action::Insert) => "-I",
        };
        let effect = facts::rule_effect(&check, wanted);
        Ok(Some(run(&self.words(program, word, rule), vec![effect])))
    }

    fn chain_name(&self) -> &str {
        self.chain.as_deref().unwrap_or_default()
    }

    /// The command that does what `word` means to the chain.
    fn words(&self, program: &str, word: &str, rest: &[String]) -> Vec<String> {
        let mut words = [program, "-t", self.table.word(), word].map(str::to_owned).to_vec();
        words.extend(self.chain.clone());
        words.extend(self.rule_num.clone().filter(|_| word == "-I"));
        let wait = self.wait.as_ref().filter(|seconds| !seconds.is_empty());
        words.extend(wait.into_iter().flat_map(|seconds| ["-w".to_owned(), seconds.clone()]));
        words.extend_from_slice(rest);
        words
    }

    fn logs(&self) -> bool {
        self.log_prefix.is_some() || self.log_level.is_some()
    }

    /// The words of the rule.
    fn rule(&self) -> Vec<String> {
        let mut words = Vec::new();
        let single = [("-p", &self.protocol), ("-s", &self.source), ("-d", &self.destination)];
        single.iter().for_each(|(option, value)| option_word(&mut words, option, value.as_deref()));
        self.r#match.iter().for_each(|name| words.extend(["-m".to_owned(), name.clone()]));
        self.flags_of_tcp(&mut words);
        let jump = self.jump.clone().or_else(|| self.logs().then(|| "LOG".to_owned()));
        let log_level = self.log_level.map(|level| level.word().to_owned());
        let single = [
            ("-j", &jump),
            ("--gateway", &self.gateway),
            ("--log-prefix", &self.log_prefix),
            ("--log-level", &log_level),
            ("--to-destination", &self.to_destination),
        ];
        single.iter().for_each(|(option, value)| option_word(&mut words, option, value.as_deref()));
        if !self.destination_ports.is_empty() {
            words.extend(["-m", "multiport", "--dports"].map(str::to_owned));
            words.push(self.destination_ports.join(","));
        }
        let single = [
            ("--to-source", &self.to_source),
            ("-g", &self.goto),
            ("-i", &self.in_interface),
            ("-o", &self.out_interface),
            ("-f", &self.fragment),
            ("-c", &self.set_counters),
            ("--source-port", &self.source_port),
            ("--destination-port", &self.destination_port),
            ("--to-ports", &self.to_ports),
            ("--set-dscp", &self.set_dscp_mark),
            ("--set-dscp-class", &self.set_dscp_mark_class),
        ];
        single.iter().for_each(|(option, value)| option_word(&mut words, option, value.as_deref()));
        match self.syn {
            Syn::Match => words.push("--syn".to_owned()),
            Syn::Negate => words.extend(["!", "--syn"].map(str::to_owned)),
            Syn::Ignore => {}
        }
        self.matched(&mut words);
        words
    }

    fn flags_of_tcp(&self, words: &mut Vec<String>) {
        let list = |name: &str| {
            let value = self.tcp_flags.get(name)?;
            <Vec<String> as super::Argument>::parse(value).ok().map(|flags| flags.join(","))
        };
        if let (Some(flags), Some(set)) = (list("flags"), list("flags_set")) {
            words.extend(["--tcp-flags".to_owned(), flags, set]);
        }
    }

    /// What needs an extension of its own.
    fn matched(&self, words: &mut Vec<String>) {
        let mut with = |name: &str, option: &str, value: Option<String>| {
            if let Some(value) = value {
                let known = self.r#match.iter().any(|known| known == name);
                if !known && !name.is_empty() {
                    words.extend(["-m".to_owned(), name.to_owned()]);
                }
                option_word(words, option, Some(&value));
            }
        };
        let states = (!self.ctstate.is_empty()).then(|| self.ctstate.join(","));
        let has = |name: &str| self.r#match.iter().any(|known| known == name);
        match has("state") && !has("conntrack") {
            true => with("state", "--state", states),
            false => with("conntrack", "--ctstate", states),
        }
        with("iprange", "--src-range", self.src_range.clone());
        with("iprange", "--dst-range", self.dst_range.clone());
        with("limit", "--limit", self.limit.clone());
        with(if self.limit.is_some() { "" } else { "limit" }, "--limit-burst", self.limit_burst.clone());
        with("owner", "--uid-owner", self.uid_owner.clone());
        with("owner", "--gid-owner", self.gid_owner.clone());
        let refuses = self.reject_with.as_ref().filter(|_| self.jump.is_none());
        with("", "-j", refuses.map(|_| "REJECT".to_owned()));
        with("", "--reject-with", self.reject_with.clone());
        let icmp = if self.ip_version == IpVersion::Six { "--icmpv6-type" } else { "--icmp-type" };
        with("", icmp, self.icmp_type.clone());
        with("comment", "--comment", self.comment.clone());
        if let (Some(set), Some(flags)) = (&self.match_set, &self.match_set_flags) {
            let known = self.r#match.iter().any(|known| known == "set");
            words.extend(["-m", "set"].into_iter().filter(|_| !known).map(str::to_owned));
            words.extend(["--match-set", set, flags.word()].map(str::to_owned));
        }
    }
}

/// An option and its value; one that begins with an exclamation mark is turned round.
fn option_word(words: &mut Vec<String>, option: &str, value: Option<&str>) {
    let Some(value) = value else { return };
    match value.strip_prefix('!') {
        Some(value) => words.extend(["!".to_owned(), option.to_owned(), value.trim().to_owned()]),
        None => words.extend([option.to_owned(), value.to_owned()]),
    }
}

fn run(argv: &[String], effects: Vec<Effect>) -> Change {
    let argv: Vec<&str> = argv.iter().map(String::as_str).collect();
    Change::Run(Run::changing(&argv).with_effects(effects))
}
