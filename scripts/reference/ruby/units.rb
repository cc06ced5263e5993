# Threads, fibers, processes and Ractors of Ruby asked contend's six questions;
# docs/adding-a-reference.md has the protocol.
require "json"

$stdout.sync = true

def now = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
def say(line) = $stdout.write(JSON.generate(line) + "\n")

# Means of `batch` calls each, until the time is over; the first quarter warms up.
def sample(limit, batch, parts)
  samples, start = [], now
  while samples.size < 5 || (now - start < limit && samples.size < 300)
    t0 = now
    yield batch
    t1 = now
    samples << (t1 - t0).fdiv(batch * parts) if t1 - start > limit / 4
  end
  samples
end

def smallest_divisor(n)
  return 2 if n.even?
  d = 3
  while d * d <= n
    return d if n % d == 0
    d += 2
  end
  1
end

def compute(limit, number)
  from = last = now
  ops = sum = 0
  while last - from < limit
    sum += smallest_divisor(number)
    ops += 1
    yield if block_given?
    last = now
  end
  [from, last, ops, sum]
end

def lateness(limit, period)
  late, start = [], now
  while late.size < 3 || now - start < limit
    t0 = now
    sleep(period / 1e9)
    late << now - t0 - period
  end
  late
end

# Holds two numbers of units, and is looked at from outside meanwhile; `blocked` waits until those
# that were just made have come to where they wait.
def hold(less, more, blocked)
  made = 0
  [less, more].each do |level|
    (level - made).times { yield }
    blocked.call(level - made)
    made = level
    sleep 0.01
    say ready: made
    $stdin.gets
  end
end

# ---- A unit each: started with a block, joined with its value --------------------------------------

class Threads
  def start(*given, &body) = Thread.new(*given, &body)
  def join(unit) = unit.value
  def gate = Queue.new
  def wait(gate) = gate.pop
  def await(gate, count) = (sleep 0.01 until gate.num_waiting >= count)
  def open(gate, count) = count.times { gate << true }
  def all(count, &body) = Array.new(count) { Thread.new(&body) }.count(&:join)

  def ring
    there, back = Queue.new, Queue.new
    other = Thread.new { back << true while there.pop }
    yield -> { there << true; back.pop }
    there << nil
    other.join
  end
end

class Processes
  def start(*given)
    from, to = IO.pipe
    pid = fork do
      from.close
      to.write(JSON.generate([yield(*given)]))
      to.close
      exit!(true)
    end
    to.close
    [pid, from]
  end

  # Those without a value need no pipe.
  def all(count)
    pids = Array.new(count) { fork { yield; exit!(true) } }
    pids.count { |pid| Process.wait2(pid)[1].success? }
  end

  def join((pid, from))
    value = JSON.parse(from.read)[0]
    from.close
    Process.wait(pid)
    value
  end

  def gate = { opened: IO.pipe, here: IO.pipe }
  def wait(gate)
    gate[:opened][1].close
    gate[:here][1].syswrite("x")
    gate[:opened][0].read
  end
  def await(gate, count)
    @here = @here.to_i + gate[:here][0].readpartial(count).size until @here.to_i >= count
  end
  def open(gate, _count) = gate[:opened][1].close

  def ring
    there, back = IO.pipe, IO.pipe
    pid = fork do
      there[1].close
      back[1].syswrite("x") while there[0].read(1)
      exit!(true)
    end
    there[0].close
    yield -> { there[1].syswrite("x"); back[0].sysread(1) }
    there[1].close
    Process.wait(pid)
  end
end

def ask(kind, question, count, limit, more)
  case question
  when "startup"
    say lifecycle_ns: sample(limit, 1, count) { kind.all(count) {} }
    if count == 1
      starts = Array.new(60) { t0 = now; kind.join(kind.start { now }) - t0 }
      say startup_ns: starts.drop(10)
    end
  when "memory"
    gate, units = kind.gate, []
    hold(count, more, ->(_) { kind.await(gate, units.size) }) { units << kind.start { kind.wait(gate); 0 } }
    kind.open(gate, units.size)
    units.each { |unit| kind.join(unit) }
  when "switch"
    kind.ring { |turn| say switch_ns: sample(limit, 20, 2) { |b| b.times { turn.call } } }
  when "future"
    ops = sum = 0
    say future_ns: sample(limit, 1, 1) { ops += 1; sum += kind.join(kind.start(ops) { |n| n }) }
    say ops: ops, sum: sum
  when "compute"
    gate = kind.gate
    units = Array.new(count) { kind.start { kind.wait(gate); compute(limit, more) } }
    kind.open(gate, count)
    units.each { |unit| say unit: kind.join(unit) }
  when "sleepers"
    t0 = now
    woken = kind.all(count) { sleep(limit / 1e9) }
    say slept: [t0, now, woken]
  when "mixed"
    over = false # threads see it; processes compute for their time
    units = Array.new(count - 1) do
      kind.start do
        ops, from = 0, now
        until over || now - from > limit + 1_000_000_000
          smallest_divisor(1_000_003)
          ops += 1
          break if kind.is_a?(Processes) && now - from > limit
        end
        ops
      end
    end
    say io_latency_ns: lateness(limit, more)
    over = true
    say computed: units.map { |unit| kind.join(unit) }
  end
end

# ---- Fibers: a loop resumes them in turn --------------------------------------------------------------

def ask_fiber(question, count, limit, more)
  nothing = -> { Array.new(count) { Fiber.new {} }.each(&:resume) }
  case question
  when "startup"
    say lifecycle_ns: sample(limit, (more / count) + 1, count) { |b| b.times { nothing.call } }
  when "memory"
    units = []
    hold(count, more, ->(_) {}) { units << Fiber.new { Fiber.yield }.tap(&:resume) }
    units.each(&:resume)
  when "switch" # into one and back are two
    other = Fiber.new { loop { Fiber.yield } }
    say switch_ns: sample(limit, more, 2) { |b| b.times { other.resume } }
  when "future"
    ops = sum = 0
    say future_ns: sample(limit, more, 1) { |b| b.times { ops += 1; sum += Fiber.new { |n| n }.resume(ops) } }
    say ops: ops, sum: sum
  when "compute"
    units = Array.new(count) { Fiber.new { compute(limit, more) { Fiber.yield } } }
    until units.empty?
      units.select! do |unit|
        made = unit.resume
        say unit: made unless unit.alive?
        unit.alive?
      end
    end
  end
end

# ---- Ractors: a block of theirs sees nothing outside ----------------------------------------------------

def ask_ractor(question, count, limit, more)
  case question
  when "startup"
    say lifecycle_ns: sample(limit, 1, count) { Array.new(count) { Ractor.new {} }.each(&:take) }
    say startup_ns: Array.new(60) { t0 = now; Ractor.new { now }.take - t0 }.drop(10) if count == 1
  when "memory"
    units = []
    blocked = ->(count) { count.times { Ractor.receive } }
    hold(count, more, blocked) { units << Ractor.new(Ractor.current) { |main| main.send(true); Ractor.receive } }
    units.each { |unit| unit.send(true); unit.take }
  when "switch"
    other = Ractor.new(Ractor.current) { |main| main.send(true) while Ractor.receive }
    say switch_ns: sample(limit, 20, 2) { |b| b.times { other.send(true); Ractor.receive } }
    other.send(nil)
    other.take
  when "future"
    ops = sum = 0
    say future_ns: sample(limit, 1, 1) { ops += 1; sum += Ractor.new(ops) { |n| n }.take }
    say ops: ops, sum: sum
  when "compute"
    units = Array.new(count) { Ractor.new(limit, more) { |l, m| Ractor.receive; compute(l, m) } }
    units.each { |unit| unit.send(true) }
    units.each { |unit| say unit: unit.take }
  when "sleepers"
    t0 = now
    woken = Array.new(count) { Ractor.new(limit) { |l| sleep(l / 1e9); 1 } }.sum(&:take)
    say slept: [t0, now, woken]
  when "mixed"
    units = Array.new(count - 1) { Ractor.new(limit) { |l| compute(l, 1_000_003)[2] } }
    say io_latency_ns: lateness(limit, more)
    say computed: units.map(&:take)
  end
end

question, kind, *numbers = ARGV
numbers.map!(&:to_i)
begin
  case kind
  when "thread" then ask(Threads.new, question, *numbers)
  when "process" then ask(Processes.new, question, *numbers)
  when "fiber" then ask_fiber(question, *numbers)
  when "ractor" then ask_ractor(question, *numbers)
  end
rescue ThreadError, FiberError, Errno::EAGAIN, Errno::EMFILE => e
  say skip: "a limit of this machine: #{e.message}"
end
say end: true
