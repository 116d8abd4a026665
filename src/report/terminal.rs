//! For people at a terminal: what happened scrolls by, where every host is stays at the foot.

use super::live::Live;
use super::reporter::Show;
use super::sink::Sink;
use super::story::{self, Look, Story};
use super::style::Line;
use super::{Event, Recap};
use crate::source::Sources;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The shortest time between two drawings of the live lines.
const FRAME: Duration = Duration::from_millis(80);

/// Scrolling lines over live ones.
pub struct Terminal {
    story: Story,
    live: Live,
    bars: MultiProgress,
    /// One for each live line that is drawn.
    drawn: Vec<ProgressBar>,
    last: Instant,
    sources: Arc<Sources>,
    sink: Sink,
}

impl Terminal {
    /// To a sink that is the terminal on which the bars are drawn.
    pub fn new(look: Look, live: Live, bars: MultiProgress, sources: Arc<Sources>, sink: Sink) -> Terminal {
        let story = Story::new(look, sources.clone());
        Terminal { story, live, bars, drawn: Vec::new(), last: Instant::now(), sources, sink }
    }

    fn print(&mut self, lines: &[Line]) {
        let colour = self.story.look.colour;
        let heading = self.story.take_heading().map(|heading| [Line::new(), heading]);
        let all = heading.iter().flatten().chain(lines);
        let text: String = all.map(|line| line.print(colour) + "\n").collect();
        let sink = &mut self.sink;
        self.bars.suspend(|| sink.print(&text));
    }

    fn draw(&mut self) {
        self.last = Instant::now();
        let lines = self.live.lines();
        while self.drawn.len() > lines.len() {
            if let Some(bar) = self.drawn.pop() {
                bar.finish_and_clear();
                self.bars.remove(&bar);
            }
        }
        while self.drawn.len() < lines.len() {
            let bar = self.bars.add(ProgressBar::new_spinner());
            bar.set_style(
                ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()),
            );
            self.drawn.push(bar);
        }
        for (bar, line) in self.drawn.iter().zip(lines) {
            bar.set_message(line.print(self.story.look.colour));
        }
    }
}

impl Show for Terminal {
    fn event(&mut self, event: &Event) {
        self.live.event(event);
        let lines = self.story.tell(event);
        if !lines.is_empty() {
            self.print(&lines);
        }
        if self.last.elapsed() >= FRAME || matches!(event, Event::End { .. }) {
            self.draw();
        }
    }

    fn tick(&mut self) {
        if let Some((rows, columns)) = console::Term::stdout().size_checked() {
            self.live.resize(rows.into(), columns.into());
            self.story.look.width = Some(usize::from(columns).max(40));
        }
        self.draw();
    }

    fn end(&mut self, recap: &Recap) {
        self.drawn.drain(..).for_each(|bar| bar.finish_and_clear());
        let _ = self.bars.clear();
        let _ = self.story.take_heading();
        let lines = story::recap(recap, &self.story.look, &self.sources);
        self.print(&lines);
    }
}
