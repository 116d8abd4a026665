//! For places that are no terminal: what happens, line for line, and a sign of life now and then.

use super::live::Live;
use super::reporter::{Screen, Show};
use super::sink::Sink;
use super::story::{self, Look, Story};
use super::style::Line;
use super::{Event, Recap};
use crate::source::Sources;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long nothing is printed until there is a sign of life.
const SILENCE: Duration = Duration::from_secs(30);

/// Lines without live parts.
pub struct Plain {
    story: Story,
    live: Live,
    sources: Arc<Sources>,
    sink: Sink,
    last: Instant,
}

impl Plain {
    /// To a sink.
    pub fn new(look: Look, sources: Arc<Sources>, sink: Sink) -> Plain {
        let screen = Screen { is_terminal: false, columns: 0, rows: 0 };
        let story = Story::new(look, sources.clone());
        Plain { story, live: Live::new(screen), sources, sink, last: Instant::now() }
    }

    fn print(&mut self, lines: &[Line]) {
        if lines.is_empty() {
            return;
        }
        let colour = self.story.look.colour;
        let text: String = lines.iter().map(|line| line.print(colour) + "\n").collect();
        self.sink.print(&text);
        self.last = Instant::now();
    }
}

impl Show for Plain {
    fn event(&mut self, event: &Event) {
        self.live.event(event);
        let lines = self.story.tell(event);
        if let Some(heading) = self.story.take_heading() {
            self.print(&[Line::new(), heading]);
        }
        self.print(&lines);
    }

    fn tick(&mut self) {
        if self.last.elapsed() >= SILENCE {
            let line = self.live.sentence();
            self.print(&[line]);
        }
    }

    fn end(&mut self, recap: &Recap) {
        let lines = story::recap(recap, &self.story.look, &self.sources);
        self.print(&lines);
    }
}
