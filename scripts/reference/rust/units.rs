// Tasks of tokio asked contend's six questions; docs/adding-a-reference.md has the protocol.
use std::future::Future;
use std::hint::black_box;
use std::io::stdin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, Barrier, Semaphore};
use tokio::task::{spawn, yield_now, JoinHandle};
use tokio::time::sleep;

static BEGIN: OnceLock<Instant> = OnceLock::new();

fn now() -> i64 {
    BEGIN.get_or_init(Instant::now).elapsed().as_nanos() as i64
}

fn say<T: ToString>(name: &str, values: &[T]) {
    let texts: Vec<String> = values.iter().map(|v| v.to_string()).collect();
    println!("{{\"{}\": [{}]}}", name, texts.join(", "));
}

// Means of `batch` calls each, until the time is over; the first quarter warms up.
async fn sample<F, R>(limit: i64, batch: i64, parts: i64, mut one: F) -> Vec<f64>
where
    F: FnMut(i64) -> R,
    R: Future<Output = ()>,
{
    let (mut samples, start) = (Vec::new(), now());
    while samples.len() < 5 || (now() - start < limit && samples.len() < 300) {
        let t0 = now();
        one(batch).await;
        let t1 = now();
        if t1 - start > limit / 4 {
            samples.push((t1 - t0) as f64 / (batch * parts) as f64);
        }
    }
    samples
}

fn smallest_divisor(n: i64) -> i64 {
    if n % 2 == 0 {
        return 2;
    }
    let mut d = 3;
    while d * d <= n {
        if n % d == 0 {
            return d;
        }
        d += 2;
    }
    1
}

fn some_work(unit: &mut [i64; 4], number: i64) {
    for _ in 0..10 {
        unit[3] += smallest_divisor(black_box(number));
        unit[2] += 1;
    }
}

async fn all<T>(units: Vec<JoinHandle<T>>) -> Vec<T> {
    let mut values = Vec::with_capacity(units.len());
    for unit in units {
        values.push(unit.await.unwrap());
    }
    values
}

async fn startup(count: i64, limit: i64, batch: i64) {
    let lives = sample(limit, batch / count + 1, count, |batch| async move {
        for _ in 0..batch {
            all((0..count).map(|_| spawn(async {})).collect()).await;
        }
    });
    say("lifecycle_ns", &lives.await);
    if count == 1 {
        let mut starts = Vec::new();
        for _ in 0..200 {
            let t0 = now();
            starts.push(spawn(async { now() }).await.unwrap() - t0);
        }
        say("startup_ns", &starts[20..]);
    }
}

async fn memory(less: i64, more: i64) {
    let (gate, here) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicI64::new(0)));
    let mut units = Vec::new();
    for level in [less, more] {
        while (units.len() as i64) < level {
            let (gate, here) = (gate.clone(), here.clone());
            units.push(spawn(async move {
                here.fetch_add(1, Ordering::Relaxed);
                drop(gate.acquire().await)
            }));
        }
        loop {
            sleep(Duration::from_millis(10)).await;
            if here.load(Ordering::Relaxed) == level {
                break;
            }
        }
        println!("{{\"ready\": {}}}", level);
        stdin().read_line(&mut String::new()).unwrap();
    }
    gate.close();
    all(units).await;
}

async fn switch(limit: i64, batch: i64) {
    let (there, mut from_here) = mpsc::channel(1);
    let (back, mut from_there) = mpsc::channel(1);
    let other = spawn(async move {
        while from_here.recv().await.is_some() {
            back.send(()).await.unwrap();
        }
    });
    let (mut samples, start) = (Vec::new(), now());
    while samples.len() < 5 || (now() - start < limit && samples.len() < 300) {
        let t0 = now();
        for _ in 0..batch {
            there.send(()).await.unwrap();
            from_there.recv().await.unwrap();
        }
        if now() - start > limit / 4 {
            samples.push((now() - t0) as f64 / (batch * 2) as f64);
        }
    }
    drop(there);
    say("switch_ns", &samples);
    other.await.unwrap();
}

async fn future(limit: i64, batch: i64) {
    let ops = Arc::new(AtomicI64::new(0));
    let sum = Arc::new(AtomicI64::new(0));
    let times = sample(limit, batch, 1, |batch| {
        let (ops, sum) = (ops.clone(), sum.clone());
        async move {
            for _ in 0..batch {
                let n = ops.fetch_add(1, Ordering::Relaxed) + 1;
                sum.fetch_add(spawn(async move { n }).await.unwrap(), Ordering::Relaxed);
            }
        }
    });
    say("future_ns", &times.await);
    println!("{{\"ops\": {}, \"sum\": {}}}", ops.load(Ordering::Relaxed), sum.load(Ordering::Relaxed));
}

async fn compute(count: i64, limit: i64, number: i64) {
    let gate = Arc::new(Barrier::new(count as usize));
    let body = |gate: Arc<Barrier>| async move {
        gate.wait().await;
        let begin = now();
        let mut unit = [begin, begin, 0, 0];
        while unit[1] - unit[0] < limit {
            some_work(&mut unit, number);
            yield_now().await;
            unit[1] = now();
        }
        unit
    };
    for unit in all((0..count).map(|_| spawn(body(gate.clone()))).collect()).await {
        say("unit", &unit);
    }
}

async fn sleepers(count: i64, duration: i64) {
    let t0 = now();
    let units = (0..count).map(|_| {
        spawn(async move {
            sleep(Duration::from_nanos(duration as u64)).await;
            1
        })
    });
    let woken: i64 = all(units.collect()).await.into_iter().sum();
    say("slept", &[t0, now(), woken]);
}

async fn mixed(count: i64, limit: i64, period: i64) {
    let over = Arc::new(AtomicI64::new(1));
    let body = |over: Arc<AtomicI64>| async move {
        let (begin, mut unit) = (now(), [0; 4]);
        while now() - begin < limit {
            yield_now().await;
            let stretch = now();
            while now() - stretch < limit / 4 {
                some_work(&mut unit, 1000003);
            }
        }
        over.fetch_add(1, Ordering::Relaxed);
        unit[2]
    };
    let units: Vec<_> = (1..count).map(|_| spawn(body(over.clone()))).collect();
    // Beside those that compute: what comes after them is no answer.
    let io = spawn(async move {
        let mut late = Vec::new();
        while late.is_empty() || over.load(Ordering::Relaxed) < count {
            let t0 = now();
            sleep(Duration::from_nanos(period as u64)).await;
            late.push(std::cmp::max(0, now() - t0 - period));
        }
        late
    });
    say("io_latency_ns", &io.await.unwrap());
    say("computed", &all(units).await);
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let number = |i: usize| words[i].parse::<i64>().unwrap();
    let (count, limit, more) = (number(3), number(4), number(5));
    let mut builder = match words[2].as_str() {
        "tokio" => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    now();
    let runtime = builder.enable_time().build().unwrap();
    // By a task: what block_on() is given runs on a thread of its own, and is woken through the kernel.
    let question = words[1].clone();
    let asks = runtime.spawn(async move {
        match question.as_str() {
            "startup" => startup(count, limit, more).await,
            "memory" => memory(count, more).await,
            "switch" => switch(limit, more).await,
            "future" => future(limit, more).await,
            "compute" => compute(count, limit, more).await,
            "sleepers" => sleepers(count, limit).await,
            _ => mixed(count, limit, more).await,
        }
    });
    runtime.block_on(asks).unwrap();
    println!("{{\"end\": true}}");
}
