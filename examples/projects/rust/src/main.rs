//! Two threads add numbers under one lock: a project with a gate on what that costs.
use std::sync::{Arc, Mutex};
use std::thread;

const ITEMS: u64 = 200000;

fn main() {
    let sum = Arc::new(Mutex::new(0u64));
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let sum = Arc::clone(&sum);
            thread::spawn(move || {
                for i in 1..=ITEMS {
                    *sum.lock().unwrap() += i;
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let sum = *sum.lock().unwrap();
    println!("{sum}");
    assert_eq!(sum, ITEMS * (ITEMS + 1));
}
