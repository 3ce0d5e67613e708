//! A model checker for the reading of a moving list.

mod schedules;
