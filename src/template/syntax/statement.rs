//! Statements: `{% for %}`, `{% set %}` and their kin.

use super::parser::{Parsed, Parser, SyntaxError, part};
use super::token::Token;
use super::tree::{Block, Body, Expr, For, Import, Imported, Include, Kind, Macro, Name, Part, Stmt, Target};
use crate::template::newline;
use std::sync::Arc;

impl<'t> Parser<'t> {
    /// Statements up to a tag that starts with one of the words; its word is not yet taken.
    pub(super) fn body_until(&mut self, words: &[&str]) -> Parsed<Body> {
        let mut body = Vec::new();
        loop {
            let start = self.part();
            match self.token().clone() {
                Token::Data(text) => {
                    self.skip();
                    body.push(Stmt::Text(newline::as_sequence(text, &self.rules.newline).into()));
                }
                Token::VariableBegin => {
                    self.skip();
                    body.push(Stmt::Emit(self.tuple(true, &[])?));
                    self.expect_variable_end()?;
                }
                Token::BlockBegin => {
                    self.skip();
                    if matches!(self.token(), Token::Name(word) if words.contains(word)) {
                        return Ok(body);
                    }
                    let statement = self.nested(|parser| parser.statement(start, words))?;
                    body.extend(statement);
                }
                _ if words.is_empty() => return Ok(body),
                _ => return Err(self.unclosed(words)),
            }
        }
    }

    fn unclosed(&self, words: &[&str]) -> SyntaxError {
        let wanted = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ");
        SyntaxError::new(format!("the template ends before {wanted}"), self.part())
    }

    fn expect_variable_end(&mut self) -> Parsed<()> {
        match self.token() {
            Token::VariableEnd => {
                self.skip();
                Ok(())
            }
            _ => Err(self.unexpected("the end of the expression")),
        }
    }

    fn statement(&mut self, start: Part, words: &[&str]) -> Parsed<Option<Stmt>> {
        let (word, word_part) = self.expect_name("a statement")?;
        let statement = match &*word {
            "for" => self.for_loop(start)?,
            "if" => self.condition()?,
            "set" => return self.set().map(Some),
            "with" => self.with()?,
            "block" => self.block()?,
            "macro" => self.macro_definition()?,
            "call" => self.call_block()?,
            "filter" => self.filter_block()?,
            "autoescape" => self.autoescape()?,
            "extends" => Stmt::Extends(self.expression()?),
            "include" => self.include()?,
            "import" => self.import()?,
            "from" => self.names_import()?,
            "do" => Stmt::Do(self.tuple(true, &[])?),
            "print" => Stmt::Emit(self.tuple(true, &[])?),
            "break" => Stmt::Break,
            "continue" => Stmt::Continue,
            _ => return Err(unknown_statement(&word, word_part, words)),
        };
        self.expect_block_end()?;
        Ok(Some(statement))
    }

    /// A body, and the word that ended it, which is taken.
    fn body_and_word(&mut self, words: &[&str]) -> Parsed<(Body, Name)> {
        self.expect_block_end()?;
        let body = self.body_until(words)?;
        let (word, _) = self.expect_name("a statement")?;
        Ok((body, word))
    }

    fn for_loop(&mut self, start: Part) -> Parsed<Stmt> {
        let target = self.target(&["in"])?;
        self.expect_word("in")?;
        let iterated = self.tuple(false, &["recursive", "if"])?;
        let condition = if self.skip_word("if") { Some(self.expression()?) } else { None };
        let recursive = self.skip_word("recursive");
        let part = self.since(start);
        let (body, word) = self.body_and_word(&["endfor", "else"])?;
        let otherwise = if &*word == "else" { self.body_and_word(&["endfor"])?.0 } else { Vec::new() };
        let for_loop = For { target, iterated, condition, recursive, body, otherwise, part };
        Ok(Stmt::For(Arc::new(for_loop)))
    }

    fn condition(&mut self) -> Parsed<Stmt> {
        let mut branches = Vec::new();
        loop {
            let condition = self.tuple(false, &[])?;
            // `{% if a if b else c %}` is odd but legal.
            let condition = self.conditional_rest(condition)?;
            let (body, word) = self.body_and_word(&["elif", "else", "endif"])?;
            branches.push((condition, body));
            match &*word {
                "elif" => {}
                "else" => return Ok(Stmt::If(branches, self.body_and_word(&["endif"])?.0)),
                _ => return Ok(Stmt::If(branches, Vec::new())),
            }
        }
    }

    fn conditional_rest(&mut self, yes: Expr) -> Parsed<Expr> {
        if !self.skip_word("if") {
            return Ok(yes);
        }
        let start = yes.part;
        let condition = self.or()?;
        let no = if self.skip_word("else") { Some(self.expression()?) } else { None };
        let choice = super::tree::Choice { condition, yes, no };
        Ok(Expr { kind: Kind::If(Box::new(choice)), part: self.since(start) })
    }

    fn set(&mut self) -> Parsed<Stmt> {
        let target = self.target(&[])?;
        if self.skip_operator("=") {
            let value = self.tuple(true, &[])?;
            self.expect_block_end()?;
            return Ok(Stmt::Set(target, value));
        }
        let filters = if self.skip_operator("|") { Some(self.filter_chain()?) } else { None };
        let (body, _) = self.body_and_word(&["endset"])?;
        self.expect_block_end()?;
        Ok(Stmt::SetBlock(target, filters, body))
    }

    fn with(&mut self) -> Parsed<Stmt> {
        let mut assigned = Vec::new();
        while !matches!(self.token(), Token::BlockEnd) {
            if !assigned.is_empty() {
                self.expect_operator(",")?;
            }
            let target = self.target_item()?;
            self.expect_operator("=")?;
            assigned.push((target, self.expression()?));
        }
        let (body, _) = self.body_and_word(&["endwith"])?;
        Ok(Stmt::With(assigned, body))
    }

    fn block(&mut self) -> Parsed<Stmt> {
        let (name, name_part) = self.expect_name("the name of the block")?;
        if self.blocks.iter().any(|block| block.name == name) {
            return Err(SyntaxError::new(format!("the block `{name}` is defined twice"), name_part));
        }
        // Blocks see the names around them in any case.
        self.skip_word("scoped");
        let required = self.skip_word("required");
        let (body, _) = self.body_and_word(&["endblock"])?;
        if matches!(self.token(), Token::Name(_)) {
            self.skip();
        }
        let block = Arc::new(Block { name, required, body });
        self.blocks.push(block.clone());
        Ok(Stmt::Block(block))
    }

    fn macro_definition(&mut self) -> Parsed<Stmt> {
        let (name, _) = self.expect_name("the name of the macro")?;
        let parameters = self.parameters()?;
        Ok(Stmt::Macro(self.macro_body(name, parameters, "endmacro")?))
    }

    fn call_block(&mut self) -> Parsed<Stmt> {
        let parameters = if self.is_operator("(") { self.parameters()? } else { Vec::new() };
        let start = self.part();
        let call = self.expression()?;
        if !matches!(call.kind, Kind::Call(_)) {
            return Err(SyntaxError::new("`call` needs the call of a macro", self.since(start)));
        }
        let name = super::name::name("caller");
        Ok(Stmt::CallBlock(call, self.macro_body(name, parameters, "endcall")?))
    }

    fn macro_body(
        &mut self,
        name: Name,
        parameters: Vec<(Name, Option<Expr>)>,
        end: &str,
    ) -> Parsed<Arc<Macro>> {
        let outer = std::mem::take(&mut self.reads);
        let (body, _) = self.body_and_word(&[end])?;
        let [takes_more, takes_keywords, takes_caller] = std::mem::replace(&mut self.reads, outer);
        Ok(Arc::new(Macro { name, parameters, body, takes_more, takes_keywords, takes_caller }))
    }

    fn parameters(&mut self) -> Parsed<Vec<(Name, Option<Expr>)>> {
        self.expect_operator("(")?;
        let mut parameters: Vec<(Name, Option<Expr>)> = Vec::new();
        while !self.skip_operator(")") {
            if !parameters.is_empty() {
                self.expect_operator(",")?;
                if self.skip_operator(")") {
                    break;
                }
            }
            let (name, part) = self.expect_name("the name of a parameter")?;
            let default = if self.skip_operator("=") { Some(self.expression()?) } else { None };
            if default.is_none() && parameters.iter().any(|(_, default)| default.is_some()) {
                let message = format!("the parameter `{name}` without a default follows one with a default");
                return Err(SyntaxError::new(message, part));
            }
            parameters.push((name, default));
        }
        Ok(parameters)
    }

    fn filter_block(&mut self) -> Parsed<Stmt> {
        let filters = self.filter_chain()?;
        let (body, _) = self.body_and_word(&["endfilter"])?;
        Ok(Stmt::FilterBlock(filters, body))
    }

    /// Nothing is ever escaped, so `autoescape` is but a scope.
    fn autoescape(&mut self) -> Parsed<Stmt> {
        self.expression()?;
        Ok(Stmt::Scoped(self.body_and_word(&["endautoescape"])?.0))
    }

    fn include(&mut self) -> Parsed<Stmt> {
        let template = self.expression()?;
        let ignore_missing = self.is_word("ignore") && matches!(self.next_token(), Token::Name("missing"));
        if ignore_missing {
            self.skip();
            self.skip();
        }
        let with_context = self.context_word(true)?;
        Ok(Stmt::Include(Box::new(Include { template, ignore_missing, with_context })))
    }

    fn context_word(&mut self, default: bool) -> Parsed<bool> {
        let with = match self.token() {
            Token::Name("with") => true,
            Token::Name("without") => false,
            _ => return Ok(default),
        };
        self.skip();
        self.expect_word("context")?;
        Ok(with)
    }

    fn import(&mut self) -> Parsed<Stmt> {
        let template = self.expression()?;
        self.expect_word("as")?;
        let (name, _) = self.expect_name("a name")?;
        let with_context = self.context_word(false)?;
        Ok(Stmt::Import(Box::new(Import { template, with_context, names: Imported::Module(name) })))
    }

    fn names_import(&mut self) -> Parsed<Stmt> {
        let template = self.expression()?;
        self.expect_word("import")?;
        let mut names = Vec::new();
        while !matches!(self.token(), Token::BlockEnd | Token::Name("with" | "without")) {
            let (name, _) = self.expect_name("a name")?;
            let alias = if self.skip_word("as") { self.expect_name("a name")?.0 } else { name.clone() };
            names.push((name, alias));
            if !self.skip_operator(",") {
                break;
            }
        }
        let with_context = self.context_word(false)?;
        Ok(Stmt::Import(Box::new(Import { template, with_context, names: Imported::Names(names) })))
    }

    /// What is assigned to: a name, an attribute of a namespace, or several with commas.
    fn target(&mut self, end_words: &[&str]) -> Parsed<Target> {
        let start = self.part();
        let mut targets = vec![self.target_item()?];
        let mut is_tuple = false;
        while self.skip_operator(",") {
            is_tuple = true;
            let ends = matches!(self.token(), Token::Name(word) if end_words.contains(word));
            if ends || self.is_operator("=") {
                break;
            }
            targets.push(self.target_item()?);
        }
        match (is_tuple, targets.pop()) {
            (false, Some(only)) => Ok(only),
            (_, last) => {
                targets.extend(last);
                Ok(Target::Tuple(targets, self.since(start)))
            }
        }
    }

    fn target_item(&mut self) -> Parsed<Target> {
        self.nested(|parser| {
            if parser.skip_operator("(") {
                let inner = parser.target(&[])?;
                parser.expect_operator(")")?;
                return Ok(inner);
            }
            let (name, name_part) = parser.expect_name("a name")?;
            if matches!(&*name, "true" | "false" | "none" | "True" | "False" | "None") {
                return Err(SyntaxError::new(format!("`{name}` cannot be assigned to"), name_part));
            }
            if !parser.skip_operator(".") {
                return Ok(Target::Name(name));
            }
            let (attribute, _) = parser.expect_name("a name")?;
            Ok(Target::Attribute(name, attribute, parser.since(name_part)))
        })
    }
}

fn unknown_statement(word: &str, place: Part, words: &[&str]) -> SyntaxError {
    let place = part(place.start as usize, place.end as usize);
    if word.starts_with("end") || matches!(word, "else" | "elif") {
        let error = SyntaxError::new(format!("`{word}` closes nothing"), place);
        return match words.last() {
            Some(wanted) => error.hint(format!("the statement that is open ends with `{wanted}`")),
            None => error,
        };
    }
    SyntaxError::new(format!("unknown statement `{word}`"), place)
}
