//! Tables that fit the terminal.

use std::borrow::Cow;
use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::BOLD;
use super::text::cut;

const GAP: usize = 2;

/// A column's title, and how it adapts to a narrow terminal.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    title: Cow<'static, str>,
    /// Minimum width that it is cut to. `None` if it is never cut.
    shrinks_to: Option<usize>,
    /// The column with the highest number is dropped first. Zero is never dropped.
    drops: u8,
    /// Whether it is aligned to the right, for numbers.
    right: bool,
    /// Whether it is shown even if it is empty.
    kept: bool,
}

impl Column {
    /// A column that is neither cut nor dropped. It is left out if it is empty.
    pub(crate) const fn titled(title: &'static str) -> Self {
        Self { title: Cow::Borrowed(title), shrinks_to: None, drops: 0, right: false, kept: false }
    }

    /// The same with a title that is made at run time.
    pub(crate) fn new(title: String) -> Self {
        Self { title: Cow::Owned(title), ..Self::titled("") }
    }

    pub(crate) const fn shrinks(mut self, least: usize) -> Self {
        self.shrinks_to = Some(least);
        self
    }

    pub(crate) const fn drops(mut self, turn: u8) -> Self {
        self.drops = turn;
        self
    }

    pub(crate) const fn right(mut self) -> Self {
        self.right = true;
        self
    }

    /// The column of a filtered field: it stays, to show why the keys are listed.
    pub(crate) fn stays(mut self) -> Self {
        self.drops = 0;
        self
    }

    /// A column that the user asked for: it is cut rather than dropped.
    pub(crate) fn kept(mut self) -> Self {
        self.shrinks_to = Some(self.title.width());
        (self.drops, self.kept) = (0, true);
        self
    }
}

/// Rows of text, each cell with its style.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<(String, Style)>>,
}

impl Table {
    pub(crate) fn new(columns: &[Column]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn push(&mut self, row: Vec<(String, Style)>) {
        self.rows.push(row);
    }

    /// Prints the table, with no line longer than the width, and returns the number of dropped columns.
    pub(crate) fn print(&self, width: Option<usize>, out: &mut impl Write) -> io::Result<usize> {
        let shown = self.fit(width);
        let hidden = self.fit(None).len() - shown.len();
        let titles: Vec<_> =
            self.columns.iter().map(|column| (column.title.clone().into_owned(), BOLD)).collect();
        for row in std::iter::once(&titles).chain(&self.rows) {
            let mut line = String::new();
            let mut padding = 0;
            for &(index, width) in &shown {
                let Some((text, style)) = row.get(index) else { continue };
                let text = cut(text, width);
                let rest = width.saturating_sub(text.width());
                let right = self.columns[index].right;
                padding += if right { rest } else { 0 };
                line.extend(std::iter::repeat_n(' ', padding));
                line.extend([
                    style.render().to_string(),
                    text.clone(),
                    style.render_reset().to_string(),
                ]);
                padding = GAP + if right { 0 } else { rest };
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(hidden)
    }

    /// Prints the table as Markdown, with all columns.
    pub(crate) fn print_markdown(&self, out: &mut impl Write) -> io::Result<()> {
        let shown: Vec<usize> = self.fit(None).into_iter().map(|(index, _)| index).collect();
        let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        let column = |index: &usize| &self.columns[*index];
        let titles = shown.iter().map(|index| escape(&column(index).title)).collect();
        writeln!(out, "{}", line(titles))?;
        let rule = |index| if column(index).right { "---:" } else { "---" }.to_owned();
        writeln!(out, "{}", line(shown.iter().map(rule).collect()))?;
        for row in &self.rows {
            let cell = |index: &usize| row.get(*index).map(|(text, _)| escape(text));
            writeln!(out, "{}", line(shown.iter().filter_map(cell).collect()))?;
        }
        out.flush()
    }

    /// The columns that are shown, each with its width.
    fn fit(&self, width: Option<usize>) -> Vec<(usize, usize)> {
        let natural = |index: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(index));
            let widest = cells.map(|(text, _)| text.width()).max().unwrap_or(0);
            (index, widest.max(self.columns[index].title.width()))
        };
        // An empty column is left out.
        let filled = |index: &usize| {
            let fills = |row: &Vec<(String, Style)>| {
                row.get(*index).is_some_and(|(text, _)| !text.is_empty())
            };
            self.columns[*index].kept || self.rows.iter().any(fills)
        };
        let mut shown: Vec<_> = (0..self.columns.len()).filter(filled).map(natural).collect();
        let Some(width) = width else { return shown };
        let least = |&(index, natural): &(usize, usize)| {
            self.columns[index].shrinks_to.map_or(natural, |least| least.min(natural))
        };
        let gaps = |shown: &[(usize, usize)]| GAP * shown.len().saturating_sub(1);
        while shown.iter().map(least).sum::<usize>() + gaps(&shown) > width {
            let first_to_go =
                shown.iter().enumerate().max_by_key(|(_, (index, _))| self.columns[*index].drops);
            match first_to_go {
                Some((at, (index, _))) if self.columns[*index].drops > 0 => shown.remove(at),
                _ => break,
            };
        }
        // Columns shrink one by one, the widest first.
        while shown.iter().map(|(_, width)| width).sum::<usize>() + gaps(&shown) > width {
            let gives = |column: &&mut (usize, usize)| {
                let floor = self.columns[column.0].shrinks_to;
                floor.is_some_and(|floor| column.1 > floor)
            };
            if let Some((_, width)) = shown.iter_mut().filter(gives).max_by_key(|(_, w)| *w) {
                *width -= 1;
                continue;
            }
            // Even columns that should not be cut have no room. A line that the terminal breaks would be worse.
            match shown.iter_mut().max_by_key(|(_, width)| *width) {
                Some((_, width)) if *width > 1 => *width -= 1,
                _ => break,
            }
        }
        shown
    }
}

/// The text with escapes for what Markdown would interpret.
fn escape(text: &str) -> String {
    let mut safe = String::new();
    for letter in text.chars() {
        if r"\|`*_<[~&".contains(letter) {
            safe.push('\\');
        }
        safe.push(letter);
    }
    safe
}

#[cfg(test)]
mod tests {
    use anstyle::Style;
    use unicode_width::UnicodeWidthStr;

    use super::{Column, Table};

    const COLUMNS: [Column; 4] = [
        Column::titled("ID"),
        Column::titled("NAME").shrinks(6),
        Column::titled("QUOTA").drops(1),
        Column::titled("CREATED").drops(2),
    ];

    fn printed(width: Option<usize>) -> String {
        let mut table = Table::new(&COLUMNS);
        for row in [
            ["a1", "nft-metadata-uploader", "132/500 requests", "29d ago"],
            ["b2", "Łukasz – 翻訳ボット 🤖", "unlimited", ""],
        ] {
            table.push(row.iter().map(|text| ((*text).to_owned(), Style::new())).collect());
        }
        let mut out = Vec::new();
        table.print(width, &mut out).unwrap();
        anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
    }

    #[test]
    fn a_table_fits_its_width_and_stays_aligned() {
        for width in 10..120 {
            let text = printed(Some(width));
            let lines: Vec<&str> = text.lines().collect();
            assert_eq!(lines.len(), 3, "no row is wrapped");
            assert!(lines.iter().all(|line| line.width() <= width), "{width}:\n{text}");
            assert!(lines.iter().all(|line| !line.ends_with(' ')), "{width}:\n{text}");
        }
    }

    #[test]
    fn a_column_that_no_row_fills_is_left_out() {
        let mut table = Table::new(&COLUMNS);
        table.push(["a1", "grafana", "", ""].map(|text| (text.to_owned(), Style::new())).to_vec());
        let mut out = Vec::new();
        table.print(Some(80), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains("QUOTA") && text.contains("NAME"), "{text}");
    }

    #[test]
    fn numbers_end_in_a_line_and_wanted_columns_stay() {
        let columns = [Column::titled("ID"), Column::titled("KEYS").right()];
        let columns = columns.map(Column::kept);
        let mut table = Table::new(&columns);
        for row in [["a", "9"], ["b", "12345"]] {
            table.push(row.map(|text| (text.to_owned(), Style::new())).to_vec());
        }
        let mut out = Vec::new();
        table.print(Some(80), &mut out).unwrap();
        let text = anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string();
        assert_eq!(text, "ID   KEYS\na       9\nb   12345\n");
        let mut out = Vec::new();
        Table::new(&columns).print(Some(80), &mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().contains("KEYS"));
    }

    #[test]
    fn no_name_breaks_a_markdown_table() {
        let mut table = Table::new(&COLUMNS[..2]);
        table.push(["a|b", "<b>*x*</b> \\"].map(|text| (text.to_owned(), Style::new())).to_vec());
        let mut out = Vec::new();
        table.print_markdown(&mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "| ID | NAME |\n| --- | --- |\n| a\\|b | \\<b>\\*x\\*\\</b> \\\\ |\n"
        );
    }

    #[test]
    fn columns_give_way_in_their_order() {
        insta::assert_snapshot!(printed(None), @r"
        ID  NAME                    QUOTA             CREATED
        a1  nft-metadata-uploader   132/500 requests  29d ago
        b2  Łukasz – 翻訳ボット 🤖  unlimited
        ");
        insta::assert_snapshot!(printed(Some(40)), @r"
        ID  NAME       QUOTA             CREATED
        a1  nft-meta…  132/500 requests  29d ago
        b2  Łukasz –…  unlimited
        ");
        insta::assert_snapshot!(printed(Some(30)), @r"
        ID  NAME      QUOTA
        a1  nft-met…  132/500 requests
        b2  Łukasz …  unlimited
        ");
        insta::assert_snapshot!(printed(Some(20)), @r"
        ID  NAME
        a1  nft-metadata-up…
        b2  Łukasz – 翻訳ボ…
        ");
    }
}
