// Threads and virtual threads of Java asked contend's six questions; docs/adding-a-reference.md has the protocol.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

public class Units {
    interface Body { void run() throws Exception; }

    static boolean isVirtual;

    static long now() { return System.nanoTime(); }

    static void say(String name, List<? extends Number> values) {
        System.out.println("{\"" + name + "\": [" + values.stream().map(String::valueOf).collect(Collectors.joining(", ")) + "]}");
    }

    // Found by its name, and once: older Javas do not know the call.
    static final MethodHandle startVirtual = findVirtual();

    static MethodHandle findVirtual() {
        try {
            return MethodHandles.lookup().findStatic(Thread.class, "startVirtualThread", MethodType.methodType(Thread.class, Runnable.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    static Thread startVirtual(Runnable run) throws Exception {
        try {
            return (Thread) startVirtual.invokeExact(run);
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new RuntimeException(e);
        }
    }

    static Thread start(Body body) throws Exception {
        Runnable run = () -> {
            try {
                body.run();
            } catch (Exception e) {
                throw new RuntimeException(e);
            }
        };
        if (isVirtual) return startVirtual(run);
        Thread unit = new Thread(run);
        unit.start();
        return unit;
    }

    static List<Thread> startAll(int count, IntConsumer body) throws Exception {
        List<Thread> units = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            units.add(start(() -> body.accept(number)));
        }
        return units;
    }

    static void joinAll(List<Thread> units) throws Exception {
        for (Thread unit : units) unit.join();
    }

    interface Batch { void run(int batch) throws Exception; }

    // Means of `batch` calls each, until the time is over; the first half warms the compiler up.
    static List<Double> sample(long limit, int batch, int parts, Batch one) throws Exception {
        List<Double> samples = new ArrayList<>();
        for (long start = now(); samples.size() < 5 || (now() - start < 2 * limit && samples.size() < 300); ) {
            long t0 = now();
            one.run(batch);
            long t1 = now();
            if (t1 - start > limit) samples.add((double) (t1 - t0) / ((double) batch * parts));
        }
        return samples;
    }

    static long smallestDivisor(long n) {
        if (n % 2 == 0) return 2;
        for (long d = 3; d * d <= n; d += 2)
            if (n % d == 0) return d;
        return 1;
    }

    static void sleep(long ns) {
        try {
            Thread.sleep(ns / 1000000, (int) (ns % 1000000));
        } catch (InterruptedException e) {
            throw new RuntimeException(e);
        }
    }

    static void startup(int count, long limit, int batch) throws Exception {
        say("lifecycle_ns", sample(limit, batch / count + 1, count, b -> {
            for (int k = 0; k < b; k++) joinAll(startAll(count, i -> { }));
        }));
        List<Long> starts = new ArrayList<>();
        for (int i = 0; count == 1 && i < 400; i++) {
            AtomicLong first = new AtomicLong();
            long t0 = now();
            start(() -> first.set(now())).join();
            if (i >= 100) starts.add(first.get() - t0);
        }
        if (count == 1) say("startup_ns", starts);
    }

    static void memory(int less, int more) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        CountDownLatch gate = new CountDownLatch(1);
        AtomicLong here = new AtomicLong();
        List<Thread> units = new ArrayList<>();
        for (int level : new int[] {less, more}) {
            while (units.size() < level)
                units.add(start(() -> {
                    here.incrementAndGet();
                    gate.await();
                }));
            do Thread.sleep(50);
            while (here.get() < level);
            say("ready", level);
            input.readLine();
        }
        gate.countDown();
        joinAll(units);
    }

    static void say(String name, long value) { System.out.println("{\"" + name + "\": " + value + "}"); }

    static void turns(long limit) throws Exception {
        Semaphore there = new Semaphore(0), back = new Semaphore(0);
        AtomicBoolean over = new AtomicBoolean();
        Thread other = start(() -> {
            for (there.acquire(); !over.get(); there.acquire()) back.release();
        });
        Thread one = start(() -> say("switch_ns", sample(limit, 50, 2, b -> {
            for (int k = 0; k < b; k++) {
                there.release();
                back.acquire();
            }
        })));
        one.join();
        over.set(true);
        there.release();
        other.join();
    }

    static void future(long limit, int batch) throws Exception {
        long[] done = new long[2];
        say("future_ns", sample(limit, batch, 1, b -> {
            for (int k = 0; k < b; k++) {
                long n = ++done[0];
                long[] value = new long[1];
                start(() -> value[0] = n).join();
                done[1] += value[0];
            }
        }));
        System.out.println("{\"ops\": " + done[0] + ", \"sum\": " + done[1] + "}");
    }

    static void compute(int count, long limit, long number) throws Exception {
        for (long t0 = now(); now() - t0 < limit / 2; ) smallestDivisor(number); // warms the compiler up
        CountDownLatch gate = new CountDownLatch(1);
        long[][] units = new long[count][4];
        long base = now();
        List<Thread> threads = startAll(count, i -> {
            long[] u = units[i];
            try {
                gate.await();
            } catch (InterruptedException e) {
                return;
            }
            u[0] = now() - base;
            for (u[1] = u[0]; u[1] - u[0] < limit; u[1] = now() - base)
                for (int k = 0; k < 10; k++, u[2]++) u[3] += smallestDivisor(number);
        });
        gate.countDown();
        joinAll(threads);
        for (long[] u : units) say("unit", List.of(u[0], u[1], u[2], u[3]));
    }

    static void sleepers(int count, long duration) throws Exception {
        AtomicLong woken = new AtomicLong();
        long t0 = now();
        joinAll(startAll(count, i -> {
            sleep(duration);
            woken.incrementAndGet();
        }));
        say("slept", List.of(0L, now() - t0, woken.get()));
    }

    static void mixed(int count, long limit, long period) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong left = new AtomicLong(count - 1);
        Long[] computed = new Long[count - 1];
        List<Thread> units = startAll(count - 1, i -> {
            long done = 0;
            // Virtual ones keep their carriers, and who would tell them that it is over gets none.
            for (long start = now(); isVirtual ? now() - start < limit : !over.get(); Thread.yield())
                for (long t0 = now(); now() - t0 < limit / 4 && !over.get(); done++) smallestDivisor(1000003);
            left.decrementAndGet();
            computed[i] = done;
        });
        List<Long> late = new ArrayList<>();
        start(() -> {
            long start = now();
            while (late.isEmpty() || (isVirtual ? left.get() > 0 : late.size() < 3 || now() - start < limit)) {
                long t0 = now();
                sleep(period);
                late.add(Math.max(0, now() - t0 - period));
            }
            over.set(true);
        }).join();
        joinAll(units);
        say("io_latency_ns", late);
        say("computed", List.of(computed));
    }

    public static void main(String[] words) throws Exception {
        isVirtual = words[1].equals("virtual");
        int count = Integer.parseInt(words[2]);
        long limit = Long.parseLong(words[3]), more = Long.parseLong(words[4]);
        switch (words[0]) {
            case "startup": startup(count, limit, (int) more); break;
            case "memory": memory(count, (int) more); break;
            case "switch": turns(limit); break;
            case "future": future(limit, (int) more); break;
            case "compute": compute(count, limit, more); break;
            case "sleepers": sleepers(count, limit); break;
            default: mixed(count, limit, more);
        }
        System.out.println("{\"end\": true}");
    }
}
