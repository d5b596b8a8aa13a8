<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>ActionBar</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>Attract</name>
    <message>
        <source>Next trains</source>
        <translation>即将发车</translation>
    </message>
    <message>
        <source>Next departures</source>
        <translation>即将出发</translation>
    </message>
    <message>
        <source>from %1</source>
        <translation>%1 起</translation>
    </message>
    <message>
        <source>Platform</source>
        <translation>站台</translation>
    </message>
    <message>
        <source>Station, city or pinyin</source>
        <translation>车站、城市或拼音</translation>
    </message>
    <message>
        <source>Concerts and shows</source>
        <translation>音乐会与演出</translation>
    </message>
</context>
<context>
    <name>CashIn</name>
    <message>
        <source>comes out below. Please take all of it.</source>
        <translation>从下方退出，请全部取走。</translation>
    </message>
    <message>
        <source>still to be put in</source>
        <translation>还需投入</translation>
    </message>
    <message>
        <source>%1 is in</source>
        <translation>已投入 %1</translation>
    </message>
    <message>
        <source>Taken now</source>
        <translation>现在接受</translation>
    </message>
</context>
<context>
    <name>ClearKey</name>
    <message>
        <source>Erase all letters</source>
        <translation>全部删除</translation>
    </message>
</context>
<context>
    <name>Code</name>
    <message>
        <source>Ticket as a code</source>
        <translation>车票二维码</translation>
    </message>
</context>
<context>
    <name>CodeKeys</name>
    <message>
        <source>Erase one sign</source>
        <translation>删除一个字符</translation>
    </message>
</context>
<context>
    <name>DepartureRow</name>
    <message>
        <source>Chosen</source>
        <translation>已选</translation>
    </message>
</context>
<context>
    <name>Departures</name>
    <message>
        <source>Other</source>
        <translation>其他</translation>
    </message>
    <message>
        <source>Other day</source>
        <translation>其他日期</translation>
    </message>
    <message>
        <source>Looking up departures</source>
        <translation>正在查询班次</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>更早</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>更晚</translation>
    </message>
</context>
<context>
    <name>Frame</name>
    <message>
        <source>Which performance?</source>
        <translation>看哪一场？</translation>
    </message>
    <message>
        <source>Touch one</source>
        <translation>请点选一场</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Step %1 of %2</source>
        <translation>第 %1 步，共 %2 步</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>车次</translation>
    </message>
    <message>
        <source>Ride</source>
        <translation>班次</translation>
    </message>
    <message>
        <source>Trip</source>
        <translation>行程</translation>
    </message>
    <message>
        <source>People</source>
        <translation>人数</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>演出</translation>
    </message>
    <message>
        <source>Seats</source>
        <translation>座位</translation>
    </message>
    <message>
        <source>Pay</source>
        <translation>支付</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 至 %2</translation>
    </message>
    <message>
        <source>Where from?</source>
        <translation>从哪儿出发？</translation>
    </message>
    <message>
        <source>Where does your trip begin?</source>
        <translation>您的行程从哪里开始？</translation>
    </message>
    <message>
        <source>Where to?</source>
        <translation>去哪儿？</translation>
    </message>
    <message>
        <source>From %1</source>
        <translation>从 %1 出发</translation>
    </message>
    <message>
        <source>Best match, or touch another</source>
        <translation>最佳匹配，也可点选其他车站</translation>
    </message>
    <message>
        <source>Which day?</source>
        <translation>哪一天？</translation>
    </message>
    <message>
        <source>Which train?</source>
        <translation>坐哪趟车？</translation>
    </message>
    <message>
        <source>Which departure?</source>
        <translation>坐哪一班？</translation>
    </message>
    <message>
        <source>from</source>
        <translation>最低</translation>
    </message>
    <message>
        <source>Take %1</source>
        <translation>乘坐 %1</translation>
    </message>
    <message>
        <source>Take the one at %1</source>
        <translation>乘坐 %1 的班次</translation>
    </message>
    <message>
        <source>How many tickets?</source>
        <translation>要几张票？</translation>
    </message>
    <message>
        <source>Who is travelling?</source>
        <translation>谁出行？</translation>
    </message>
    <message>
        <source>Nobody yet</source>
        <translation>尚未选择</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>合计</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Is this seat good?</source>
        <translation>这个座位可以吗？</translation>
    </message>
    <message>
        <source>Are these seats good?</source>
        <translation>这些座位可以吗？</translation>
    </message>
    <message>
        <source>Take this seat</source>
        <translation>就要这个座位</translation>
    </message>
    <message>
        <source>Take these seats</source>
        <translation>就要这些座位</translation>
    </message>
    <message>
        <source>Choose your seat</source>
        <translation>选择座位</translation>
    </message>
    <message>
        <source>Choose your seats</source>
        <translation>选择座位</translation>
    </message>
    <message>
        <source>Touch a free seat to move there</source>
        <translation>点空座即可换到那里</translation>
    </message>
    <message>
        <source>Pay %1 by phone</source>
        <translation>手机支付 %1</translation>
    </message>
    <message>
        <source>Pay %1 in cash</source>
        <translation>现金支付 %1</translation>
    </message>
    <message>
        <source>Pay with a voucher</source>
        <translation>用代金券支付</translation>
    </message>
    <message>
        <source>Pay %1 by card</source>
        <translation>刷卡支付 %1</translation>
    </message>
    <message>
        <source>Pay %1 by transfer</source>
        <translation>转账支付 %1</translation>
    </message>
    <message>
        <source>Pay by bank transfer</source>
        <translation>银行转账支付</translation>
    </message>
    <message>
        <source>Then tell the staff beside you</source>
        <translation>完成后请告知身旁的工作人员</translation>
    </message>
    <message>
        <source>Hold the payment code of WeChat Pay or Alipay to the reader</source>
        <translation>请将微信支付或支付宝的付款码对准扫码口</translation>
    </message>
    <message>
        <source>Show your payment code</source>
        <translation>出示付款码</translation>
    </message>
    <message>
        <source>Paid by transfer</source>
        <translation>已转账支付</translation>
    </message>
    <message>
        <source>Take your money</source>
        <translation>请取走您的钱</translation>
    </message>
    <message>
        <source>It comes out below the screen</source>
        <translation>从屏幕下方退出</translation>
    </message>
    <message>
        <source>The voucher is used</source>
        <translation>正在使用代金券</translation>
    </message>
    <message>
        <source>One moment, please</source>
        <translation>请稍候</translation>
    </message>
    <message>
        <source>Enter your PIN</source>
        <translation>请输入密码</translation>
    </message>
    <message>
        <source>At the card reader; cover the keys with your hand</source>
        <translation>请在读卡器上输入，并用手遮挡按键</translation>
    </message>
    <message>
        <source>Take your card</source>
        <translation>请取回银行卡</translation>
    </message>
    <message>
        <source>It is in the card reader</source>
        <translation>卡片在读卡器中</translation>
    </message>
    <message>
        <source>The card reader asks your bank</source>
        <translation>读卡器正在询问银行</translation>
    </message>
    <message>
        <source>Check and pay</source>
        <translation>核对并支付</translation>
    </message>
    <message>
        <source>You agree to the amount at the reader</source>
        <translation>请在读卡器上确认金额</translation>
    </message>
    <message>
        <source>Pay with your phone</source>
        <translation>请用手机支付</translation>
    </message>
    <message>
        <source>Scan the code with your payment app</source>
        <translation>请用支付应用扫描二维码</translation>
    </message>
    <message>
        <source>Put in notes and coins</source>
        <translation>请投入纸币和硬币</translation>
    </message>
    <message>
        <source>One after the other</source>
        <translation>请逐一投入</translation>
    </message>
    <message>
        <source>Take everything</source>
        <translation>请拿好所有物品</translation>
    </message>
    <message>
        <source>Your ticket and the receipt, below the screen</source>
        <translation>您的票和收据，请从屏幕下方取走</translation>
    </message>
    <message>
        <source>%1 tickets and the receipt, below the screen</source>
        <translation>%1 张票和收据，请从屏幕下方取走</translation>
    </message>
    <message>
        <source>Pay at the card reader</source>
        <translation>请在读卡器上支付</translation>
    </message>
    <message>
        <source>Touch, insert or hold your phone to the reader</source>
        <translation>挥卡、插卡或将手机靠近读卡器</translation>
    </message>
    <message>
        <source>To pay</source>
        <translation>应付</translation>
    </message>
    <message>
        <source>Stop payment</source>
        <translation>停止支付</translation>
    </message>
    <message>
        <source>Your tickets are printing</source>
        <translation>正在出票</translation>
    </message>
    <message>
        <source>They come out below the screen</source>
        <translation>请从屏幕下方取票</translation>
    </message>
    <message>
        <source>Paid</source>
        <translation>已付</translation>
    </message>
    <message>
        <source>Your tickets are here</source>
        <translation>您的票在这里</translation>
    </message>
    <message>
        <source>Your ticket is here</source>
        <translation>您的票在这里</translation>
    </message>
    <message>
        <source>No paper came out. The code on this screen is your ticket.</source>
        <translation>未能打印纸票，屏幕上的二维码就是您的票。</translation>
    </message>
    <message>
        <source>I have everything</source>
        <translation>我都拿好了</translation>
    </message>
    <message>
        <source>Tickets on your phone?</source>
        <translation>车票存到手机？</translation>
    </message>
    <message>
        <source>There is no paper at this machine now</source>
        <translation>本机暂无纸张</translation>
    </message>
    <message>
        <source>Yes, on my phone</source>
        <translation>好，存到手机</translation>
    </message>
    <message>
        <source>I have my ticket</source>
        <translation>我已拿到车票</translation>
    </message>
    <message>
        <source>I have all tickets</source>
        <translation>车票都已拿到</translation>
    </message>
    <message>
        <source>Ticket %1 of %2</source>
        <translation>车票 %1/%2</translation>
    </message>
    <message>
        <source>Take a picture of it</source>
        <translation>请拍照保存</translation>
    </message>
    <message>
        <source>The code is your ticket</source>
        <translation>二维码就是您的车票</translation>
    </message>
    <message>
        <source>Next ticket</source>
        <translation>下一张</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>上一张</translation>
    </message>
    <message>
        <source>Your payment is not clear</source>
        <translation>支付结果尚未确定</translation>
    </message>
    <message>
        <source>You did nothing wrong</source>
        <translation>不是您的操作问题</translation>
    </message>
    <message>
        <source>Not settled</source>
        <translation>未确认</translation>
    </message>
    <message>
        <source>I have noted it</source>
        <translation>我记下了</translation>
    </message>
    <message>
        <source>Paid by phone</source>
        <translation>已用手机支付</translation>
    </message>
    <message>
        <source>Paid in cash</source>
        <translation>已用现金支付</translation>
    </message>
    <message>
        <source>Paid with a voucher</source>
        <translation>已用代金券支付</translation>
    </message>
    <message>
        <source>Paid by card</source>
        <translation>已刷卡支付</translation>
    </message>
    <message>
        <source>Paid by card ending %1</source>
        <translation>已用尾号 %1 的卡支付</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>%1 of your change is missing. Show the receipt at the staff desk: it is paid there.</source>
        <translation>找零还差 %1。请到服务台出示收据领取。</translation>
    </message>
</context>
<context>
    <name>Gate</name>
    <message>
        <source>Go</source>
        <translation>请进</translation>
    </message>
    <message>
        <source>Look</source>
        <translation>核对</translation>
    </message>
    <message>
        <source>Goodbye</source>
        <translation>再见</translation>
    </message>
    <message>
        <source>Again</source>
        <translation>再试</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>询问</translation>
    </message>
    <message>
        <source>Wait</source>
        <translation>等候</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>请停</translation>
    </message>
    <message>
        <source>At</source>
        <translation>地点</translation>
    </message>
    <message>
        <source>Opens</source>
        <translation>开放时间</translation>
    </message>
    <message>
        <source>Day</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>Rides on to</source>
        <translation>续乘至</translation>
    </message>
    <message>
        <source>From</source>
        <translation>出发站</translation>
    </message>
    <message>
        <source>as on the ticket</source>
        <translation>见票面</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>Coach</source>
        <translation>车厢</translation>
    </message>
    <message>
        <source>Fare due</source>
        <translation>应补票款</translation>
    </message>
    <message>
        <source>Left of the group</source>
        <translation>团体剩余</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>证件</translation>
    </message>
    <message>
        <source>Right gate</source>
        <translation>正确闸机</translation>
    </message>
    <message>
        <source>Entrance</source>
        <translation>入口</translation>
    </message>
    <message>
        <source>Room for</source>
        <translation>尚可容纳</translation>
    </message>
    <message>
        <source>Training: this gate counts nobody</source>
        <translation>培训模式：此闸口不计人数</translation>
    </message>
    <message>
        <source>Staff: the lists are old, look at the ticket</source>
        <translation>工作人员：名单过旧，请查看车票</translation>
    </message>
    <message>
        <source>Staff: the clock is not sure, look at day and time</source>
        <translation>工作人员：时钟不准，请核对日期和时间</translation>
    </message>
    <message>
        <source>Staff: the rule of this gate could not be read, look at the ticket</source>
        <translation>工作人员：无法读取本闸机规则，请查看车票</translation>
    </message>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>To %1</source>
        <translation>开往 %1</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>演出</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>车次</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>线路</translation>
    </message>
    <message>
        <source>Area</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>Seat</source>
        <translation>座位</translation>
    </message>
    <message>
        <source>Used today</source>
        <translation>今日使用</translation>
    </message>
    <message>
        <source>Named ticket</source>
        <translation>实名票</translation>
    </message>
    <message>
        <source>any</source>
        <translation>不对号</translation>
    </message>
    <message>
        <source>To</source>
        <translation>到达</translation>
    </message>
    <message>
        <source>Hall</source>
        <translation>场馆</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>欢迎光临</translation>
    </message>
    <message>
        <source>This ticket is for another hall</source>
        <translation>此票属于其他场馆</translation>
    </message>
    <message>
        <source>This event is over</source>
        <translation>活动已结束</translation>
    </message>
    <message>
        <source>This ticket is not valid yet</source>
        <translation>此票尚未生效</translation>
    </message>
    <message>
        <source>This ticket is no longer valid</source>
        <translation>此票已过有效期</translation>
    </message>
    <message>
        <source>Have a good journey</source>
        <translation>祝您旅途愉快</translation>
    </message>
    <message>
        <source>Goodbye, see you again</source>
        <translation>再见，欢迎再次光临</translation>
    </message>
    <message>
        <source>This is not a ticket of ours</source>
        <translation>这不是本系统的车票</translation>
    </message>
    <message>
        <source>This ticket comes from an unknown machine</source>
        <translation>此票出自未知的售票机</translation>
    </message>
    <message>
        <source>The machine that sold this was not allowed to</source>
        <translation>售出此票的机器当时无售票权限</translation>
    </message>
    <message>
        <source>This ticket is not genuine</source>
        <translation>此票是伪造的</translation>
    </message>
    <message>
        <source>The key of this ticket is no longer in use</source>
        <translation>此票的密钥已停用</translation>
    </message>
    <message>
        <source>The machine may not sell this ticket</source>
        <translation>该售票机无权出售此票</translation>
    </message>
    <message>
        <source>This is a test ticket</source>
        <translation>这是测试票</translation>
    </message>
    <message>
        <source>This ticket is for another operator</source>
        <translation>此票属于其他运营商</translation>
    </message>
    <message>
        <source>This card or wristband does not count</source>
        <translation>此卡或手环无效</translation>
    </message>
    <message>
        <source>This card or wristband belongs to somebody</source>
        <translation>此卡或手环已属他人</translation>
    </message>
    <message>
        <source>Change this ticket for a wristband first</source>
        <translation>请先将此票换成手环</translation>
    </message>
    <message>
        <source>This ticket was withdrawn</source>
        <translation>此票已作废</translation>
    </message>
    <message>
        <source>This ticket is blocked</source>
        <translation>此票已被冻结</translation>
    </message>
    <message>
        <source>This ticket was changed for another</source>
        <translation>此票已改签</translation>
    </message>
    <message>
        <source>This ticket is not paid yet</source>
        <translation>此票尚未付款</translation>
    </message>
    <message>
        <source>This ticket is not confirmed yet</source>
        <translation>此票尚未确认</translation>
    </message>
    <message>
        <source>This gate does not know the time</source>
        <translation>本闸口时间不准</translation>
    </message>
    <message>
        <source>This ticket is for another event</source>
        <translation>此票属于另一场活动</translation>
    </message>
    <message>
        <source>This ticket is for another train</source>
        <translation>此票属于另一车次</translation>
    </message>
    <message>
        <source>This train does not run</source>
        <translation>本次列车停运</translation>
    </message>
    <message>
        <source>This journey is not known here</source>
        <translation>此处查不到该班次</translation>
    </message>
    <message>
        <source>This ticket is for another day</source>
        <translation>此票是其他日期的</translation>
    </message>
    <message>
        <source>You are early</source>
        <translation>您来早了</translation>
    </message>
    <message>
        <source>This departure has left</source>
        <translation>该班次已经开出</translation>
    </message>
    <message>
        <source>This ticket was cancelled</source>
        <translation>此票已作废</translation>
    </message>
    <message>
        <source>This is a picture of an old code</source>
        <translation>这是旧码的截图</translation>
    </message>
    <message>
        <source>This ticket is for another part of the line</source>
        <translation>此票不含本区段</translation>
    </message>
    <message>
        <source>This ticket is for another gate</source>
        <translation>此票须走另一闸口</translation>
    </message>
    <message>
        <source>This ticket does not open this gate</source>
        <translation>此票不能从本闸口进入</translation>
    </message>
    <message>
        <source>This seat cannot be confirmed here</source>
        <translation>此处无法确认该座位</translation>
    </message>
    <message>
        <source>Not at this time or not so often</source>
        <translation>此时或此次数不可进入</translation>
    </message>
    <message>
        <source>The rule of this gate cannot be read</source>
        <translation>本闸口的规则无法识别</translation>
    </message>
    <message>
        <source>One more question, please</source>
        <translation>还有一个问题</translation>
    </message>
    <message>
        <source>Your document, please</source>
        <translation>请出示证件</translation>
    </message>
    <message>
        <source>More people than this ticket has left</source>
        <translation>人数超过此票余额</translation>
    </message>
    <message>
        <source>No rides are left here</source>
        <translation>本处已无剩余次数</translation>
    </message>
    <message>
        <source>It is full inside</source>
        <translation>场内已满</translation>
    </message>
    <message>
        <source>The person you go with goes first</source>
        <translation>请同行人先进</translation>
    </message>
    <message>
        <source>This ticket came in a moment ago</source>
        <translation>此票刚刚进入过</translation>
    </message>
    <message>
        <source>This ticket did not come in</source>
        <translation>此票没有进站记录</translation>
    </message>
    <message>
        <source>This ticket is already used</source>
        <translation>此票已使用过</translation>
    </message>
    <message>
        <source>This code stands for several tickets</source>
        <translation>此码对应多张票</translation>
    </message>
    <message>
        <source>The lists of this gate are too old</source>
        <translation>本闸口的名单太旧</translation>
    </message>
    <message>
        <source>Emergency: nobody goes in</source>
        <translation>紧急情况：禁止进入</translation>
    </message>
    <message>
        <source>This may not be passed over</source>
        <translation>此项不可放行</translation>
    </message>
    <message>
        <source>This gate has no list</source>
        <translation>本闸口没有名单</translation>
    </message>
    <message>
        <source>Please show the code on the ticket</source>
        <translation>请出示票面二维码</translation>
    </message>
    <message>
        <source>Staff: send to the ticket desk</source>
        <translation>工作人员：请旅客到售票处</translation>
    </message>
    <message>
        <source>Staff: look at the printed ticket and compare the code in letters</source>
        <translation>工作人员：查看纸质票并核对票号</translation>
    </message>
    <message>
        <source>Staff: call the supervisor</source>
        <translation>工作人员：请叫主管</translation>
    </message>
    <message>
        <source>Hold the square code of the ticket to the camera</source>
        <translation>请将票面的方形码对准摄像头</translation>
    </message>
    <message>
        <source>Staff: keep the ticket and call the supervisor</source>
        <translation>工作人员：留下车票并通知主管</translation>
    </message>
    <message>
        <source>Use the gates of that operator</source>
        <translation>请使用该运营商的闸机</translation>
    </message>
    <message>
        <source>Show the ticket itself</source>
        <translation>请出示车票本身</translation>
    </message>
    <message>
        <source>Staff: take another one</source>
        <translation>工作人员：请换一个</translation>
    </message>
    <message>
        <source>Staff: hand one out and scan it</source>
        <translation>工作人员：请发放并扫描</translation>
    </message>
    <message>
        <source>Show the new ticket</source>
        <translation>请出示新票</translation>
    </message>
    <message>
        <source>Please come back when the gate opens</source>
        <translation>请在闸机开放后再来</translation>
    </message>
    <message>
        <source>The ticket desk helps with the next departure</source>
        <translation>售票处可办理下一班次</translation>
    </message>
    <message>
        <source>Staff: look at the ticket, then let in or call the supervisor</source>
        <translation>工作人员：请核对车票，然后放行或叫主管</translation>
    </message>
    <message>
        <source>Open the ticket on the phone and show it anew</source>
        <translation>请在手机上重新打开车票并出示</translation>
    </message>
    <message>
        <source>Use the entrance of that event</source>
        <translation>请走该活动的入口</translation>
    </message>
    <message>
        <source>Wait for your train, or ask at the desk</source>
        <translation>请等候您的车次，或到服务台咨询</translation>
    </message>
    <message>
        <source>The ticket desk helps with another train</source>
        <translation>请到售票处改乘其他列车</translation>
    </message>
    <message>
        <source>Use the gate on the ticket</source>
        <translation>请走票上所示闸口</translation>
    </message>
    <message>
        <source>Use the entrance for this ticket</source>
        <translation>请走此票对应的入口</translation>
    </message>
    <message>
        <source>Come back when it is allowed, or ask at the desk</source>
        <translation>请在允许的时间再来，或到服务台咨询</translation>
    </message>
    <message>
        <source>Staff: ask, and enter the answer</source>
        <translation>工作人员：请询问并录入答案</translation>
    </message>
    <message>
        <source>Staff: look at the document, then confirm</source>
        <translation>工作人员：查验证件后确认</translation>
    </message>
    <message>
        <source>Staff: count, and let in who is left</source>
        <translation>工作人员：请清点并放行余下人数</translation>
    </message>
    <message>
        <source>Wait until somebody comes out</source>
        <translation>请等候有人离场</translation>
    </message>
    <message>
        <source>Scan that ticket first</source>
        <translation>请先扫那张票</translation>
    </message>
    <message>
        <source>Staff: ask who came in with it</source>
        <translation>工作人员：请询问是谁用此票进入</translation>
    </message>
    <message>
        <source>Staff: let out and tell the supervisor</source>
        <translation>工作人员：请放行离场并告知主管</translation>
    </message>
    <message>
        <source>Staff: ask for the document, then let in or send to the desk</source>
        <translation>工作人员：查验证件后放行，或请到售票处</translation>
    </message>
    <message>
        <source>Leave by the open gates</source>
        <translation>请从开放的闸口离开</translation>
    </message>
    <message>
        <source>Staff: the ticket is named, look at the document, then confirm</source>
        <translation>工作人员：实名票，请核对证件后确认</translation>
    </message>
    <message>
        <source>The ticket ends before that stop</source>
        <translation>车票未到该站</translation>
    </message>
    <message>
        <source>Staff: take the fare, or send to the ticket desk</source>
        <translation>工作人员：收取补票款，或请旅客到售票窗口</translation>
    </message>
    <message>
        <source>not heard of yet</source>
        <translation>尚无消息</translation>
    </message>
    <message>
        <source>All gates</source>
        <translation>所有检票口</translation>
    </message>
    <message>
        <source>Without a product</source>
        <translation>无票种</translation>
    </message>
    <message>
        <source>any seat</source>
        <translation>不对号入座</translation>
    </message>
    <message>
        <source>just now</source>
        <translation>刚刚更新</translation>
    </message>
    <message>
        <source>%1 ago</source>
        <translation>%1前更新</translation>
    </message>
    <message>
        <source>Nobody went through</source>
        <translation>无人通过</translation>
    </message>
    <message>
        <source>Show the ticket again, then go</source>
        <translation>请再次出示车票后通过</translation>
    </message>
    <message>
        <source>Please answer with the keys</source>
        <translation>请用按键回答</translation>
    </message>
    <message>
        <source>Too dark: switch the light on</source>
        <translation>太暗：请开灯</translation>
    </message>
    <message>
        <source>Glare on the code: tilt the ticket a little</source>
        <translation>码上反光：请稍微倾斜车票</translation>
    </message>
    <message>
        <source>Blurred: hold the ticket farther away and still</source>
        <translation>模糊：请拿远一点并保持不动</translation>
    </message>
    <message>
        <source>In today</source>
        <translation>今日进入</translation>
    </message>
    <message>
        <source>Out today</source>
        <translation>今日离开</translation>
    </message>
    <message>
        <source>Inside</source>
        <translation>在内人数</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Newer</source>
        <translation>较新</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>上一页</translation>
    </message>
    <message>
        <source>Older</source>
        <translation>较早</translation>
    </message>
    <message>
        <source>Left hand</source>
        <translation>左手</translation>
    </message>
    <message>
        <source>Sun</source>
        <translation>阳光</translation>
    </message>
    <message>
        <source>People leave</source>
        <translation>离开方向</translation>
    </message>
    <message>
        <source>Emergency: open</source>
        <translation>紧急开放</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Seen</source>
        <translation>已核对</translation>
    </message>
    <message>
        <source>Document is right</source>
        <translation>证件无误</translation>
    </message>
    <message>
        <source>Let in %1</source>
        <translation>放行 %1 人</translation>
    </message>
    <message>
        <source>One less</source>
        <translation>少一人</translation>
    </message>
    <message>
        <source>One more</source>
        <translation>多一人</translation>
    </message>
    <message>
        <source>Not turned</source>
        <translation>未通过</translation>
    </message>
    <message>
        <source>Next person</source>
        <translation>下一位</translation>
    </message>
    <message>
        <source>Let in</source>
        <translation>放行</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>Let in unpaid</source>
        <translation>未付款放行</translation>
    </message>
    <message>
        <source>Hand out</source>
        <translation>发放</translation>
    </message>
    <message>
        <source>Rides on</source>
        <translation>续乘</translation>
    </message>
    <message>
        <source>Fare paid</source>
        <translation>已补票</translation>
    </message>
    <message>
        <source>Only to its end</source>
        <translation>只到票面终点</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>No</source>
        <translation>否</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Document seen, holder is right</source>
        <translation>已查证件，本人无误</translation>
    </message>
    <message>
        <source>Fare paid at the gate</source>
        <translation>已在闸机补票</translation>
    </message>
    <message>
        <source>Fault of the machine</source>
        <translation>设备故障</translation>
    </message>
    <message>
        <source>Train late or changed</source>
        <translation>列车晚点或变更</translation>
    </message>
    <message>
        <source>Order of the operator</source>
        <translation>运营方指示</translation>
    </message>
    <message>
        <source>Phone or paper fails, holder is known</source>
        <translation>手机或票纸无法使用，已核实旅客</translation>
    </message>
    <message>
        <source>Last scans</source>
        <translation>最近扫描</translation>
    </message>
    <message>
        <source>Look up</source>
        <translation>查询</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>灯</translation>
    </message>
    <message>
        <source>Counts</source>
        <translation>人数</translation>
    </message>
    <message>
        <source>Counts: in today</source>
        <translation>统计：今日进入</translation>
    </message>
    <message>
        <source>Code, name or booking</source>
        <translation>票码、姓名或订单号</translation>
    </message>
    <message>
        <source>Found by %1</source>
        <translation>查询：%1</translation>
    </message>
    <message>
        <source>One ticket</source>
        <translation>车票详情</translation>
    </message>
    <message>
        <source>Your staff number</source>
        <translation>请输入工号</translation>
    </message>
    <message>
        <source>Your PIN</source>
        <translation>请输入密码</translation>
    </message>
    <message>
        <source>Hand out a wristband</source>
        <translation>发放手环</translation>
    </message>
    <message>
        <source>Why let in?</source>
        <translation>放行原因</translation>
    </message>
    <message>
        <source>Central&apos;s new plan does not fit this program; the one before stays.</source>
        <translation>中心的新方案与本程序不符；继续使用原来的方案。</translation>
    </message>
    <message>
        <source>Scan the new wristband, or type its code.</source>
        <translation>请扫描新手环，或输入其编号。</translation>
    </message>
    <message>
        <source>Names in other scripts than these letters: by code or booking.</source>
        <translation>中文姓名请用票码或订单号查询。</translation>
    </message>
    <message>
        <source>This train goes no farther.</source>
        <translation>本次列车不再前行。</translation>
    </message>
    <message>
        <source>%1 out, %2 inside</source>
        <translation>出 %1，在内 %2</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>确定</translation>
    </message>
    <message>
        <source>Badge again</source>
        <translation>重打胸牌</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>下一页</translation>
    </message>
    <message>
        <source>The last scans</source>
        <translation>最近的扫描</translation>
    </message>
    <message>
        <source>One scan</source>
        <translation>一次扫描</translation>
    </message>
    <message>
        <source>This screen</source>
        <translation>本屏幕</translation>
    </message>
    <message>
        <source>no ticket</source>
        <translation>无票</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Used %1</source>
        <translation>%1 已用</translation>
    </message>
    <message>
        <source>Not used</source>
        <translation>未使用</translation>
    </message>
    <message>
        <source>Used</source>
        <translation>已使用</translation>
    </message>
    <message>
        <source>Withdrawn</source>
        <translation>已作废</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>已换票</translation>
    </message>
    <message>
        <source>Blocked</source>
        <translation>已冻结</translation>
    </message>
    <message>
        <source>Not paid</source>
        <translation>未付款</translation>
    </message>
    <message>
        <source>Other day</source>
        <translation>非今日</translation>
    </message>
    <message>
        <source>Other train</source>
        <translation>其他车次</translation>
    </message>
    <message>
        <source>No train</source>
        <translation>列车停运</translation>
    </message>
    <message>
        <source>Other place</source>
        <translation>其他区段</translation>
    </message>
    <message>
        <source>Other gate</source>
        <translation>其他检票口</translation>
    </message>
    <message>
        <source>Early</source>
        <translation>未到时间</translation>
    </message>
    <message>
        <source>Over</source>
        <translation>已过期</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>团体</translation>
    </message>
    <message>
        <source>See more</source>
        <translation>查看详情</translation>
    </message>
    <message>
        <source>Not used, valid here and now</source>
        <translation>未使用，此时此处有效</translation>
    </message>
    <message>
        <source>Used before</source>
        <translation>此前使用</translation>
    </message>
    <message>
        <source>Train or event</source>
        <translation>车次或活动</translation>
    </message>
    <message>
        <source>Way</source>
        <translation>行程</translation>
    </message>
    <message>
        <source>Ticket for</source>
        <translation>票种</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>票码</translation>
    </message>
    <message>
        <source>Booking</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>E-mail</source>
        <translation>电子邮箱</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Too short. Type at least %1 letters or figures.</source>
        <translation>太短。请至少输入 %1 个字母或数字。</translation>
    </message>
    <message>
        <source>Your role may not look tickets up. Ask the supervisor.</source>
        <translation>您的岗位不能查询车票，请找值班主管。</translation>
    </message>
    <message>
        <source>The plan does not say which lists this gate serves. Call the operator.</source>
        <translation>检票方案未说明本检票口使用哪些名单，请联系运营方。</translation>
    </message>
    <message>
        <source>Nothing here goes by this. Type less of the name, or the code on the ticket.</source>
        <translation>没有找到。请少输几个字，或输入票上的票码。</translation>
    </message>
    <message>
        <source>arrives %1</source>
        <translation>%1 到达</translation>
    </message>
    <message>
        <source>no fare known</source>
        <translation>票价不明</translation>
    </message>
    <message>
        <source>Ticket type</source>
        <translation>票种</translation>
    </message>
    <message>
        <source>List</source>
        <translation>名单</translation>
    </message>
    <message>
        <source>Ticket</source>
        <translation>车票</translation>
    </message>
    <message>
        <source>Goes first</source>
        <translation>先行者</translation>
    </message>
    <message>
        <source>Rides left here</source>
        <translation>此处剩余次数</translation>
    </message>
    <message>
        <source>Rides at</source>
        <translation>次数在</translation>
    </message>
    <message>
        <source>Left after this</source>
        <translation>此后剩余</translation>
    </message>
    <message>
        <source>Wristband</source>
        <translation>手环</translation>
    </message>
    <message>
        <source>Not paid yet: staff let in</source>
        <translation>尚未付款：工作人员放行</translation>
    </message>
    <message>
        <source>Staff: let in unpaid, or send to the ticket desk</source>
        <translation>工作人员：未付款放行，或请旅客到售票处</translation>
    </message>
    <message>
        <source>Let in all the same</source>
        <translation>仍予放行</translation>
    </message>
    <message>
        <source>Take your badge</source>
        <translation>请取走胸牌</translation>
    </message>
    <message>
        <source>No badge came out: staff help you</source>
        <translation>胸牌未打印：请找工作人员</translation>
    </message>
    <message>
        <source>Your badge is being printed</source>
        <translation>正在打印胸牌</translation>
    </message>
</context>
<context>
    <name>GateGround</name>
    <message>
        <source>Picture of the camera</source>
        <translation>摄像头画面</translation>
    </message>
    <message>
        <source>For staff: %1</source>
        <translation>供工作人员参考：%1</translation>
    </message>
    <message>
        <source>Gate closed</source>
        <translation>闸机停用</translation>
    </message>
    <message>
        <source>Emergency: the lane is open</source>
        <translation>紧急：通道已打开</translation>
    </message>
    <message>
        <source>Show your ticket</source>
        <translation>请出示车票</translation>
    </message>
    <message>
        <source>Please use another gate</source>
        <translation>请使用其他闸机</translation>
    </message>
    <message>
        <source>Everybody may pass; nobody is counted</source>
        <translation>所有人均可通过，不计数</translation>
    </message>
    <message>
        <source>No lists yet: every ticket is refused until central was reached once</source>
        <translation>尚无名单：首次连上中央系统之前，所有车票都会被拒绝</translation>
    </message>
    <message>
        <source>Hold the code to the camera, flat and still</source>
        <translation>请将二维码平放对准摄像头，保持不动</translation>
    </message>
    <message>
        <source>In today</source>
        <translation>今日进入</translation>
    </message>
    <message>
        <source>Out today</source>
        <translation>今日离开</translation>
    </message>
    <message>
        <source>Inside</source>
        <translation>在内人数</translation>
    </message>
    <message>
        <source>Lists of tickets: none</source>
        <translation>车票名单：无</translation>
    </message>
    <message>
        <source>Lists of tickets: %1</source>
        <translation>车票名单：%1</translation>
    </message>
    <message>
        <source>Offline: goes on with its lists</source>
        <translation>离线：按现有名单继续工作</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>已连接</translation>
    </message>
</context>
<context>
    <name>GatePad</name>
    <message>
        <source>space</source>
        <translation>空格</translation>
    </message>
    <message>
        <source>Erase one letter</source>
        <translation>删除一个字母</translation>
    </message>
</context>
<context>
    <name>Hand</name>
    <message>
        <source>Your tickets</source>
        <translation>您的车票</translation>
    </message>
    <message>
        <source>After you have paid, each ticket comes on this screen as a code. Take a picture of it: the gate takes it like paper.</source>
        <translation>付款后，每张车票会以二维码显示在屏幕上。请拍照保存，检票口与纸质车票同样认可。</translation>
    </message>
    <message>
        <source>On paper</source>
        <translation>纸质车票</translation>
    </message>
    <message>
        <source>Another machine or the staff desk can print. Go back, and nothing is paid.</source>
        <translation>其他机器或人工窗口可以打印。返回则不付款。</translation>
    </message>
    <message>
        <source>No paper now</source>
        <translation>暂无纸张</translation>
    </message>
    <message>
        <source>On my phone</source>
        <translation>存到手机</translation>
    </message>
</context>
<context>
    <name>Keyboard</name>
    <message>
        <source>Accents: type the plain letter, then choose here</source>
        <translation>带符号的字母：先输入字母，再在此选择</translation>
    </message>
    <message>
        <source>Small letter</source>
        <translation>小写字母</translation>
    </message>
    <message>
        <source>Capital letter</source>
        <translation>大写字母</translation>
    </message>
    <message>
        <source>Erase one letter</source>
        <translation>删除一个字母</translation>
    </message>
    <message>
        <source>Hyphen</source>
        <translation>连字符</translation>
    </message>
    <message>
        <source>Apostrophe</source>
        <translation>撇号</translation>
    </message>
    <message>
        <source>Full stop</source>
        <translation>句点</translation>
    </message>
    <message>
        <source>space</source>
        <translation>空格</translation>
    </message>
</context>
<context>
    <name>Keypad</name>
    <message>
        <source>Erase one figure</source>
        <translation>删除一位数字</translation>
    </message>
</context>
<context>
    <name>Legend</name>
    <message>
        <source>Yours</source>
        <translation>您的</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>可选</translation>
    </message>
    <message>
        <source>Taken</source>
        <translation>已售</translation>
    </message>
    <message>
        <source>Wheelchair</source>
        <translation>轮椅</translation>
    </message>
</context>
<context>
    <name>Main</name>
    <message>
        <source>Kiosk</source>
        <translation>自助售票机</translation>
    </message>
</context>
<context>
    <name>Names</name>
    <message>
        <source>Without names</source>
        <translation>不填姓名</translation>
    </message>
    <message>
        <source>Without a name</source>
        <translation>不填姓名</translation>
    </message>
    <message>
        <source>Name on the ticket?</source>
        <translation>票上写谁的姓名？</translation>
    </message>
    <message>
        <source>Name on ticket %1?</source>
        <translation>第 %1 张票的姓名？</translation>
    </message>
    <message>
        <source>Next name</source>
        <translation>下一位</translation>
    </message>
    <message>
        <source>As in passport or identity card</source>
        <translation>与证件一致，可用拼音</translation>
    </message>
    <message>
        <source>Please type the name: these tickets are sold with names only.</source>
        <translation>请输入姓名：此类票须实名购买。</translation>
    </message>
    <message>
        <source>A name has letters only. Please take out figures and other signs.</source>
        <translation>姓名只能包含文字，请删除数字和其他符号。</translation>
    </message>
    <message>
        <source>At most %1 letters fit. Please leave out middle names.</source>
        <translation>最多 %1 个字，请省略中间名。</translation>
    </message>
    <message>
        <source>Ticket %1</source>
        <translation>第 %1 张票</translation>
    </message>
    <message>
        <source>It is printed on the ticket, and staff may compare it with a document. It is not on the receipt.</source>
        <translation>姓名印在票上，工作人员可能会核对证件。收据上不印姓名。</translation>
    </message>
</context>
<context>
    <name>Opening</name>
    <message>
        <source>One moment. This machine is starting.</source>
        <translation>请稍候，机器正在启动。</translation>
    </message>
    <message>
        <source>Machine %1</source>
        <translation>%1 号机</translation>
    </message>
</context>
<context>
    <name>OutOfOrder</name>
    <message>
        <source>This machine is out of order</source>
        <translation>本机暂停服务</translation>
    </message>
    <message>
        <source>Please use another machine or ask at the staff desk. Tickets you already have stay valid.</source>
        <translation>请使用其他售票机或到人工窗口。您已有的票仍然有效。</translation>
    </message>
</context>
<context>
    <name>Overlay</name>
    <message>
        <source>Are you still there?</source>
        <translation>您还在吗？</translation>
    </message>
    <message>
        <source>Easier to read</source>
        <translation>更易阅读</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Everything is kept for %1 more seconds. Then this machine starts again for the next person.</source>
        <translation>您的选择再保留 %1 秒，之后将为下一位旅客重新开始。</translation>
    </message>
    <message>
        <source>I am still here</source>
        <translation>我还在</translation>
    </message>
    <message>
        <source>Large text</source>
        <translation>大字体</translation>
    </message>
    <message>
        <source>Fewer things on the screen, and more time</source>
        <translation>屏幕内容更少，操作时间更长</translation>
    </message>
    <message>
        <source>Strong contrast</source>
        <translation>高对比度</translation>
    </message>
    <message>
        <source>White and yellow on black</source>
        <translation>黑底白字与黄字</translation>
    </message>
    <message>
        <source>Dark picture</source>
        <translation>深色画面</translation>
    </message>
    <message>
        <source>Less light in the evening</source>
        <translation>夜间更柔和</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
</context>
<context>
    <name>Party</name>
    <message>
        <source>Adult</source>
        <translation>成人</translation>
    </message>
    <message>
        <source>Child</source>
        <translation>儿童</translation>
    </message>
    <message>
        <source>Senior</source>
        <translation>老人</translation>
    </message>
    <message>
        <source>Student</source>
        <translation>学生</translation>
    </message>
    <message>
        <source>%1 each</source>
        <translation>每人 %1</translation>
    </message>
    <message>
        <source>%1 to %2 years</source>
        <translation>%1 至 %2 岁</translation>
    </message>
    <message>
        <source>%1 years and over</source>
        <translation>%1 岁及以上</translation>
    </message>
    <message>
        <source>up to %1 years</source>
        <translation>不超过 %1 岁</translation>
    </message>
    <message>
        <source>free of charge</source>
        <translation>免费</translation>
    </message>
    <message>
        <source>half price</source>
        <translation>半价</translation>
    </message>
    <message>
        <source>%1 % off</source>
        <translation>优惠 %1 %</translation>
    </message>
</context>
<context>
    <name>Pay</name>
    <message>
        <source>Each ticket lets one person in, once.</source>
        <translation>每张票限一人入场一次。</translation>
    </message>
    <message>
        <source>Each ticket is valid for this departure only.</source>
        <translation>车票仅限本班次有效。</translation>
    </message>
    <message>
        <source>No seat is reserved. Sit wherever you like.</source>
        <translation>不对号入座，可随意就座。</translation>
    </message>
    <message>
        <source>Card</source>
        <translation>银行卡</translation>
    </message>
    <message>
        <source>Card: not at this machine now</source>
        <translation>银行卡：本机暂不可用</translation>
    </message>
    <message>
        <source>Touch, insert or hold your phone to the reader</source>
        <translation>挥卡、插卡或将手机靠近读卡器</translation>
    </message>
    <message>
        <source>The card reader does not answer. Please use another machine.</source>
        <translation>读卡器没有响应，请使用其他售票机。</translation>
    </message>
    <message>
        <source>Cash: not at this machine</source>
        <translation>现金：本机不收现金</translation>
    </message>
    <message>
        <source>The staff desk takes cash</source>
        <translation>人工窗口可收现金</translation>
    </message>
    <message>
        <source>You stopped the payment. No money was taken.</source>
        <translation>您已停止支付，没有扣款。</translation>
    </message>
    <message>
        <source>The PIN was wrong. No money was taken. Please try again.</source>
        <translation>密码错误，未扣款。请重试。</translation>
    </message>
    <message>
        <source>The card does not cover this amount. No money was taken. Try another card.</source>
        <translation>此卡额度不足，未扣款。请换一张卡。</translation>
    </message>
    <message>
        <source>The card reader could not do it. No money was taken. Please try again.</source>
        <translation>读卡器未能完成操作，未扣款。请重试。</translation>
    </message>
    <message>
        <source>The payment did not start. No money was taken. Please try again.</source>
        <translation>支付未开始，没有扣款，请重试。</translation>
    </message>
    <message>
        <source>The card was declined. No money was taken. Try another card.</source>
        <translation>银行卡被拒绝，没有扣款，请换一张卡。</translation>
    </message>
    <message>
        <source>These places are not free any more. Please choose again.</source>
        <translation>这些座位已不可用，请重新选择。</translation>
    </message>
    <message>
        <source>This is no longer sold here. Please choose another one.</source>
        <translation>此票已停售，请选择其他班次。</translation>
    </message>
    <message>
        <source>This machine cannot sell now. No money was taken. Please use another machine.</source>
        <translation>本机暂时无法售票，没有扣款，请使用其他售票机。</translation>
    </message>
    <message>
        <source>That did not work. No money was taken. Please try again.</source>
        <translation>操作未成功，没有扣款，请重试。</translation>
    </message>
    <message>
        <source>Phone</source>
        <translation>手机支付</translation>
    </message>
    <message>
        <source>Scan a code with your payment app</source>
        <translation>用支付应用扫描二维码</translation>
    </message>
    <message>
        <source>Please choose another way to pay.</source>
        <translation>请选择其他支付方式。</translation>
    </message>
    <message>
        <source>Cash</source>
        <translation>现金</translation>
    </message>
    <message>
        <source>Left to pay</source>
        <translation>尚需支付</translation>
    </message>
    <message>
        <source>Names: %1</source>
        <translation>姓名：%1</translation>
    </message>
    <message>
        <source>Name: %1</source>
        <translation>姓名：%1</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>Voucher</source>
        <translation>代金券</translation>
    </message>
    <message>
        <source>Type its code; pay the rest another way</source>
        <translation>输入券码，余额用其他方式支付</translation>
    </message>
    <message>
        <source>Voucher: not at this machine now</source>
        <translation>代金券：本机暂不可用</translation>
    </message>
    <message>
        <source>Vouchers need the network. Please choose another way to pay.</source>
        <translation>代金券需要联网，请选择其他支付方式。</translation>
    </message>
    <message>
        <source>Notes and coins; change comes out below</source>
        <translation>收纸币和硬币，找零从下方取出</translation>
    </message>
    <message>
        <source>Cash, exact money only</source>
        <translation>现金，不找零</translation>
    </message>
    <message>
        <source>This machine has no change now.</source>
        <translation>本机目前无法找零。</translation>
    </message>
    <message>
        <source>Cash: not at this machine now</source>
        <translation>现金：本机暂不可用</translation>
    </message>
    <message>
        <source>Payment code</source>
        <translation>付款码</translation>
    </message>
    <message>
        <source>Hold the code of your payment app to the reader</source>
        <translation>将支付应用中的付款码对准扫码口</translation>
    </message>
    <message>
        <source>Bank transfer</source>
        <translation>银行转账</translation>
    </message>
    <message>
        <source>Scan a code with your banking app; staff confirm it</source>
        <translation>用银行应用扫码，由工作人员确认</translation>
    </message>
    <message>
        <source>%1: not at this machine now</source>
        <translation>本机暂不支持%1</translation>
    </message>
    <message>
        <source>WeChat Pay</source>
        <translation>微信支付</translation>
    </message>
    <message>
        <source>Alipay</source>
        <translation>支付宝</translation>
    </message>
    <message>
        <source>If you have made the transfer, staff find it on the account under %1.</source>
        <translation>如已转账，工作人员可凭 %1 在账户中查到。</translation>
    </message>
    <message>
        <source>Please ask the staff beside you: they look at the account, and your tickets print here.</source>
        <translation>请告知身旁的工作人员：核实到账后，车票将在此打印。</translation>
    </message>
    <message>
        <source>The bank could not be asked. No money was taken. Please pay another way.</source>
        <translation>无法联系银行，未扣款。请换一种方式支付。</translation>
    </message>
    <message>
        <source>This way to pay does not answer. No money was taken. Please choose another.</source>
        <translation>此支付方式没有响应，未扣款。请选择其他方式。</translation>
    </message>
    <message>
        <source>Ticket %1 of %2</source>
        <translation>车票 %1/%2</translation>
    </message>
    <message>
        <source>Receipt</source>
        <translation>收据</translation>
    </message>
    <message>
        <source>after the tickets</source>
        <translation>随票之后打印</translation>
    </message>
    <message>
        <source>Printed</source>
        <translation>已打印</translation>
    </message>
    <message>
        <source>Printing</source>
        <translation>打印中</translation>
    </message>
    <message>
        <source>Not on paper</source>
        <translation>未打印</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>等待</translation>
    </message>
    <message>
        <source>The bank has not answered. %1 may be held on your card. If no ticket comes out, it comes back by itself.</source>
        <translation>银行尚未答复，您的卡上可能冻结了 %1。如果没有出票，款项会自动退回。</translation>
    </message>
    <message>
        <source>They stay yours until this is settled. Nobody else can buy them.</source>
        <translation>在结果确定之前，座位一直为您保留，别人无法购买。</translation>
    </message>
    <message>
        <source>We keep asking the bank. If it says yes, your tickets print here at once.</source>
        <translation>我们会继续询问银行。一旦成功，您的票会立即在此打印。</translation>
    </message>
    <message>
        <source>Your money</source>
        <translation>您的款项</translation>
    </message>
    <message>
        <source>Your seats</source>
        <translation>您的座位</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>现在</translation>
    </message>
    <message>
        <source>Wait here a moment, or take a picture of this page and show it at the staff desk.</source>
        <translation>请稍候，或拍下本页到人工窗口出示。</translation>
    </message>
    <message>
        <source>What you can do</source>
        <translation>您可以</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>查询号</translation>
    </message>
    <message>
        <source>Machine</source>
        <translation>机号</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Begins</source>
        <translation>开演</translation>
    </message>
    <message>
        <source>Leaves</source>
        <translation>出发</translation>
    </message>
    <message>
        <source>Arrives</source>
        <translation>到达</translation>
    </message>
    <message>
        <source>Platform</source>
        <translation>站台</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>车次</translation>
    </message>
    <message>
        <source>What you put in cannot be given back, also when you stop.</source>
        <translation>投入的钱无法退还，停止支付也不退。</translation>
    </message>
    <message>
        <source>Stop, and everything you put in comes out below.</source>
        <translation>停止支付，投入的钱会从下方全部退出。</translation>
    </message>
    <message>
        <source>The machine counts, and gives change.</source>
        <translation>机器会点数并找零。</translation>
    </message>
    <message>
        <source>Your money came out below. Please take all of it.</source>
        <translation>您的钱已从下方退出，请全部取走。</translation>
    </message>
    <message>
        <source>You stopped the payment.</source>
        <translation>您已停止支付。</translation>
    </message>
    <message>
        <source>There is not enough change for this in the machine. Please pay another way.</source>
        <translation>机器零钱不足，请换一种支付方式。</translation>
    </message>
    <message>
        <source>Nothing more was put in.</source>
        <translation>没有再投入钱。</translation>
    </message>
    <message>
        <source>That did not work.</source>
        <translation>未能完成。</translation>
    </message>
    <message>
        <source>The machine cannot say what you put in. It is not lost: staff count it and pay back what is yours.</source>
        <translation>机器无法确认您投入的金额。钱没有丢失：工作人员会清点并退还您应得的部分。</translation>
    </message>
    <message>
        <source>We keep asking the machine. Look below: money may still come out.</source>
        <translation>我们会继续询问机器。请留意下方：可能还会退出钱款。</translation>
    </message>
</context>
<context>
    <name>Paying</name>
    <message>
        <source>Code to pay with your phone</source>
        <translation>手机支付二维码</translation>
    </message>
    <message>
        <source>Your banking app shows this amount and the reference. When it is done, tell staff.</source>
        <translation>银行应用会显示此金额和附言。完成后请告知工作人员。</translation>
    </message>
    <message>
        <source>This amount is taken off the voucher.</source>
        <translation>此金额将从代金券中扣除。</translation>
    </message>
    <message>
        <source>Your payment app may ask you to agree.</source>
        <translation>支付应用可能会请您确认。</translation>
    </message>
    <message>
        <source>Open WeChat Pay or Alipay, show the payment code, and hold it to the reader.</source>
        <translation>打开微信支付或支付宝，出示付款码，并对准扫码口。</translation>
    </message>
    <message>
        <source>Your payment app shows this amount and asks you to agree.</source>
        <translation>支付应用会显示此金额并请您确认。</translation>
    </message>
    <message>
        <source>The code comes in a moment.</source>
        <translation>二维码即将显示。</translation>
    </message>
    <message>
        <source>The card reader shows this amount and asks you to agree.</source>
        <translation>读卡器会显示此金额并请您确认。</translation>
    </message>
</context>
<context>
    <name>PersonRow</name>
    <message>
        <source>One fewer: %1</source>
        <translation>减少一位：%1</translation>
    </message>
    <message>
        <source>One more: %1</source>
        <translation>增加一位：%1</translation>
    </message>
</context>
<context>
    <name>Phone</name>
    <message>
        <source>Ticket as a code for railways abroad</source>
        <translation>供境外铁路使用的车票码</translation>
    </message>
</context>
<context>
    <name>Problem</name>
    <message>
        <source>Please do not pay a second time.</source>
        <translation>请勿再次支付。</translation>
    </message>
</context>
<context>
    <name>Sale</name>
    <message>
        <source>Asking for seats. One moment, please.</source>
        <translation>正在查询余票，请稍候。</translation>
    </message>
</context>
<context>
    <name>Search</name>
    <message>
        <source>No station is written like this</source>
        <translation>没有这样的车站</translation>
    </message>
    <message>
        <source>Station, city or pinyin</source>
        <translation>车站、城市或拼音</translation>
    </message>
    <message>
        <source>Type the first letters. Initials and pinyin work too. Letters that lead to no station are flat.</source>
        <translation>输入前几个字母，也可用首字母或拼音。没有对应车站的字母键是平的。</translation>
    </message>
</context>
<context>
    <name>Seats</name>
    <message>
        <source>free</source>
        <translation>可选</translation>
    </message>
    <message>
        <source>yours</source>
        <translation>您的</translation>
    </message>
    <message>
        <source>taken</source>
        <translation>已售</translation>
    </message>
    <message>
        <source>kept for wheelchair users</source>
        <translation>轮椅席</translation>
    </message>
    <message>
        <source>%1 free</source>
        <translation>余 %1</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>靠窗</translation>
    </message>
    <message>
        <source>Middle</source>
        <translation>中间</translation>
    </message>
    <message>
        <source>Aisle</source>
        <translation>过道</translation>
    </message>
    <message>
        <source>Stage</source>
        <translation>舞台</translation>
    </message>
    <message>
        <source>Direction of travel</source>
        <translation>行驶方向</translation>
    </message>
    <message>
        <source>Direction of travel, to %1</source>
        <translation>行驶方向，开往 %1</translation>
    </message>
    <message>
        <source>Rows %1–%2</source>
        <translation>%1–%2 排</translation>
    </message>
    <message>
        <source>left</source>
        <translation>左侧</translation>
    </message>
    <message>
        <source>right</source>
        <translation>右侧</translation>
    </message>
    <message>
        <source>%1, seats %2</source>
        <translation>%1，%2 座</translation>
    </message>
    <message>
        <source>%1, seat %2</source>
        <translation>%1，%2 座</translation>
    </message>
    <message>
        <source>Coach %1</source>
        <translation>%1 车</translation>
    </message>
    <message>
        <source>%1 and %2</source>
        <translation>%1 和 %2</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>A seat at the window</source>
        <translation>靠窗的座位</translation>
    </message>
    <message>
        <source>The best free seat</source>
        <translation>最好的空座</translation>
    </message>
    <message>
        <source>The nearest free seats; none are left side by side</source>
        <translation>相距最近的空座，已无相连座位</translation>
    </message>
    <message>
        <source>Side by side, one at the window</source>
        <translation>座位相连，其中一个靠窗</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>座位相连</translation>
    </message>
    <message>
        <source>Choose other seats</source>
        <translation>选择其他座位</translation>
    </message>
</context>
<context>
    <name>SignBand</name>
    <message>
        <source>Language: %1</source>
        <translation>语言：%1</translation>
    </message>
    <message>
        <source>Larger text and stronger contrast</source>
        <translation>放大字体与高对比度</translation>
    </message>
</context>
<context>
    <name>Staff</name>
    <message>
        <source>Nothing waits here.</source>
        <translation>没有待处理事项。</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>更早</translation>
    </message>
    <message>
        <source>More</source>
        <translation>下一页</translation>
    </message>
    <message>
        <source>Page %1 of %2</source>
        <translation>第 %1 页，共 %2 页</translation>
    </message>
    <message>
        <source>No ticket that counts was sold here with this code.</source>
        <translation>本机未售出该代码的有效车票。</translation>
    </message>
    <message>
        <source>Still as it was. Nothing is lost; it is asked for again and again.</source>
        <translation>状态未变。不会丢失，系统会不断查询。</translation>
    </message>
    <message>
        <source>Done, and kept in the journal.</source>
        <translation>已完成，并已记入日志。</translation>
    </message>
    <message>
        <source>This number and PIN do not belong together.</source>
        <translation>工号与密码不匹配。</translation>
    </message>
    <message>
        <source>Too many wrong PINs. Try again in %1 s.</source>
        <translation>密码错误次数过多，请在 %1 秒后重试。</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Your staff number</source>
        <translation>请输入工号</translation>
    </message>
    <message>
        <source>Only for people who work here</source>
        <translation>仅限工作人员</translation>
    </message>
    <message>
        <source>Staff number %1</source>
        <translation>工号 %1</translation>
    </message>
    <message>
        <source>Your PIN</source>
        <translation>请输入密码</translation>
    </message>
    <message>
        <source>What waits for staff</source>
        <translation>待处理事项</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Take a ticket back</source>
        <translation>办理退票</translation>
    </message>
    <message>
        <source>The code on the ticket</source>
        <translation>车票上的代码</translation>
    </message>
    <message>
        <source>It stands under the square code</source>
        <translation>在二维码下方</translation>
    </message>
    <message>
        <source>Find it</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>查询</translation>
    </message>
    <message>
        <source>Print</source>
        <translation>打印</translation>
    </message>
    <message>
        <source>How do you know?</source>
        <translation>依据是什么？</translation>
    </message>
    <message>
        <source>Your name is kept with it</source>
        <translation>您的姓名将一并记录</translation>
    </message>
    <message>
        <source>Settle</source>
        <translation>确认处理</translation>
    </message>
    <message>
        <source>Did %1 move?</source>
        <translation>%1 是否已付？</translation>
    </message>
    <message>
        <source>%1 to be given back</source>
        <translation>待退款 %1</translation>
    </message>
    <message>
        <source>%1 for a ticket that came back</source>
        <translation>退票应退 %1</translation>
    </message>
    <message>
        <source>A ticket for %1</source>
        <translation>车票 %1</translation>
    </message>
    <message>
        <source>%1 of change owed</source>
        <translation>待找零 %1</translation>
    </message>
    <message>
        <source>Paid %1, no paper</source>
        <translation>已付 %1，未出票</translation>
    </message>
    <message>
        <source>Card</source>
        <translation>银行卡</translation>
    </message>
    <message>
        <source>Phone</source>
        <translation>手机支付</translation>
    </message>
    <message>
        <source>Cash</source>
        <translation>现金</translation>
    </message>
    <message>
        <source>Voucher</source>
        <translation>代金券</translation>
    </message>
    <message>
        <source>Bank transfer</source>
        <translation>银行转账</translation>
    </message>
    <message>
        <source>Did the money move?</source>
        <translation>钱款是否已付？</translation>
    </message>
    <message>
        <source>Is the money back?</source>
        <translation>钱款是否已退？</translation>
    </message>
    <message>
        <source>Take this ticket back?</source>
        <translation>收回这张车票？</translation>
    </message>
    <message>
        <source>Is the change paid?</source>
        <translation>零钱是否已付？</translation>
    </message>
    <message>
        <source>Print the tickets?</source>
        <translation>打印车票？</translation>
    </message>
    <message>
        <source>Only a supervisor says this</source>
        <translation>仅限主管操作</translation>
    </message>
    <message>
        <source>What may be on paper already comes out as a marked copy</source>
        <translation>可能已出的票将打印为标记副本</translation>
    </message>
    <message>
        <source>Print now</source>
        <translation>立即打印</translation>
    </message>
    <message>
        <source>%1 was handed over</source>
        <translation>已交付 %1</translation>
    </message>
    <message>
        <source>Void it and give %1 back</source>
        <translation>作废并退还 %1</translation>
    </message>
    <message>
        <source>To the card, phone or voucher that paid; cash comes out of this machine</source>
        <translation>退回原付款的银行卡、手机或代金券；现金由本机退出</translation>
    </message>
    <message>
        <source>It never charges a second time</source>
        <translation>绝不会重复扣款</translation>
    </message>
    <message>
        <source>Ask once more</source>
        <translation>再查询一次</translation>
    </message>
    <message>
        <source>%1 was paid back by hand</source>
        <translation>已人工退还 %1</translation>
    </message>
    <message>
        <source>%1 was taken</source>
        <translation>已收取 %1</translation>
    </message>
    <message>
        <source>The tickets are made, and wait here to be printed</source>
        <translation>车票已生成，等待打印</translation>
    </message>
    <message>
        <source>The places are free again</source>
        <translation>座位重新开放</translation>
    </message>
    <message>
        <source>No money was taken</source>
        <translation>未扣款</translation>
    </message>
    <message>
        <source>The terminal&apos;s receipt</source>
        <translation>终端小票</translation>
    </message>
    <message>
        <source>The bank&apos;s list of payments</source>
        <translation>银行对账单</translation>
    </message>
    <message>
        <source>The acquirer on the telephone</source>
        <translation>收单机构电话确认</translation>
    </message>
    <message>
        <source>Paid back in cash</source>
        <translation>现金退还</translation>
    </message>
    <message>
        <source>Paid back through the bank</source>
        <translation>通过银行退还</translation>
    </message>
    <message>
        <source>Handed over in cash</source>
        <translation>现金交付</translation>
    </message>
    <message>
        <source>Paid through the bank</source>
        <translation>通过银行支付</translation>
    </message>
    <message>
        <source>The holder&apos;s plans changed</source>
        <translation>持票人行程变更</translation>
    </message>
    <message>
        <source>The service was cancelled</source>
        <translation>车次取消</translation>
    </message>
    <message>
        <source>It was sold by mistake</source>
        <translation>误售</translation>
    </message>
</context>
<context>
    <name>Summary</name>
    <message>
        <source>How do you want to pay?</source>
        <translation>您想如何支付？</translation>
    </message>
</context>
<context>
    <name>Terminal</name>
    <message>
        <source>Machine %1</source>
        <translation>%1 号机</translation>
    </message>
    <message>
        <source>Card</source>
        <translation>银行卡</translation>
    </message>
    <message>
        <source>No cards now</source>
        <translation>暂不能刷卡</translation>
    </message>
    <message>
        <source>No paper: tickets on your phone</source>
        <translation>暂无纸张：车票可存到手机</translation>
    </message>
    <message>
        <source>Paper tickets</source>
        <translation>纸质票</translation>
    </message>
    <message>
        <source>Tickets on your phone</source>
        <translation>手机票</translation>
    </message>
    <message>
        <source>Phone</source>
        <translation>手机支付</translation>
    </message>
    <message>
        <source>No payment by phone</source>
        <translation>暂不支持手机支付</translation>
    </message>
    <message>
        <source>Cash</source>
        <translation>现金</translation>
    </message>
    <message>
        <source>Cash, exact money only</source>
        <translation>现金，不找零</translation>
    </message>
    <message>
        <source>No cash</source>
        <translation>不收现金</translation>
    </message>
    <message>
        <source>For staff: %1</source>
        <translation>供工作人员参考：%1</translation>
    </message>
</context>
<context>
    <name>Texts</name>
    <message>
        <source>%1 min</source>
        <translation>%1分钟</translation>
    </message>
    <message>
        <source>%1 h %2</source>
        <translation>%1小时%2分</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Tomorrow</source>
        <translation>明天</translation>
    </message>
    <message>
        <source>today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>tomorrow</source>
        <translation>明天</translation>
    </message>
    <message>
        <source>1 person</source>
        <translation>1 人</translation>
    </message>
    <message>
        <source>%1 people</source>
        <translation>%1 人</translation>
    </message>
</context>
<context>
    <name>Thanks</name>
    <message>
        <source>Or carry it on your phone</source>
        <translation>也可存在手机里</translation>
    </message>
    <message>
        <source>Take a picture of this code. The gate takes each ticket once, paper or phone.</source>
        <translation>拍下此二维码。纸票或手机均可，每张票限过闸一次。</translation>
    </message>
    <message>
        <source>Next ticket (%1 of %2)</source>
        <translation>下一张（%1/%2）</translation>
    </message>
</context>
<context>
    <name>Trip</name>
    <message>
        <source>%1–%2 of %3</source>
        <translation>%1–%2，共 %3 趟</translation>
    </message>
    <message>
        <source>Nothing runs on this day. Choose another day.</source>
        <translation>这一天没有班次，请选择其他日期。</translation>
    </message>
    <message>
        <source>Fastest</source>
        <translation>最快</translation>
    </message>
    <message>
        <source>Cheapest</source>
        <translation>最便宜</translation>
    </message>
    <message>
        <source>Seats on request</source>
        <translation>可查询余票</translation>
    </message>
    <message>
        <source>Not sold here</source>
        <translation>此处不售</translation>
    </message>
    <message>
        <source>On request</source>
        <translation>可查询</translation>
    </message>
    <message>
        <source>Sold out</source>
        <translation>已售完</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>余 %1 张</translation>
    </message>
    <message>
        <source>Plenty</source>
        <translation>充足</translation>
    </message>
    <message>
        <source>direct</source>
        <translation>直达</translation>
    </message>
    <message>
        <source>1 stop</source>
        <translation>停 1 站</translation>
    </message>
    <message>
        <source>%1 stops</source>
        <translation>停 %1 站</translation>
    </message>
</context>
<context>
    <name>Voucher</name>
    <message>
        <source>12 letters and figures</source>
        <translation>12 位字母和数字</translation>
    </message>
    <message>
        <source>Type it, or hold it to the scanner</source>
        <translation>输入券码，或放到扫码口</translation>
    </message>
    <message>
        <source>The code has no O and no I, no nought and no one, so nothing can be mixed up. What stays on the voucher stays yours.</source>
        <translation>券码不含字母 O、I 和数字 0、1，不会混淆。券内余额仍归您所有。</translation>
    </message>
    <message>
        <source>Type the voucher&apos;s code</source>
        <translation>请输入代金券券码</translation>
    </message>
    <message>
        <source>One moment</source>
        <translation>请稍候</translation>
    </message>
    <message>
        <source>Check the code</source>
        <translation>查看此券</translation>
    </message>
    <message>
        <source>The rest is paid another way</source>
        <translation>余额用其他方式支付</translation>
    </message>
    <message>
        <source>Pay with this voucher?</source>
        <translation>用这张代金券支付？</translation>
    </message>
    <message>
        <source>It pays for everything</source>
        <translation>足够支付全部金额</translation>
    </message>
    <message>
        <source>Use %1 of it</source>
        <translation>使用其中 %1</translation>
    </message>
    <message>
        <source>One of these signs is wrong. Please compare them with the voucher.</source>
        <translation>有一个字符不对，请与代金券核对。</translation>
    </message>
    <message>
        <source>This voucher is too old. Please choose another way to pay, or ask staff.</source>
        <translation>此代金券已过期。请选择其他支付方式，或咨询工作人员。</translation>
    </message>
    <message>
        <source>This voucher was stopped. Please choose another way to pay, or ask staff.</source>
        <translation>此代金券已停用。请选择其他支付方式，或咨询工作人员。</translation>
    </message>
    <message>
        <source>Nothing is left on this voucher. Please choose another way to pay.</source>
        <translation>此代金券余额为零，请选择其他支付方式。</translation>
    </message>
    <message>
        <source>This voucher is for another currency. Please choose another way to pay.</source>
        <translation>此代金券为其他币种，请选择其他支付方式。</translation>
    </message>
    <message>
        <source>Vouchers cannot be looked at now. Please choose another way to pay.</source>
        <translation>暂时无法查询代金券，请选择其他支付方式。</translation>
    </message>
    <message>
        <source>Nobody knows this code. Please compare it with the voucher.</source>
        <translation>没有这个券码，请与代金券核对。</translation>
    </message>
    <message>
        <source>Too many wrong codes. Please choose another way to pay, or ask staff.</source>
        <translation>错误次数过多。请选择其他支付方式，或咨询工作人员。</translation>
    </message>
    <message>
        <source>To pay</source>
        <translation>应付</translation>
    </message>
    <message>
        <source>On the voucher</source>
        <translation>券内余额</translation>
    </message>
    <message>
        <source>Left to pay another way</source>
        <translation>需另行支付</translation>
    </message>
    <message>
        <source>Left on the voucher</source>
        <translation>使用后券内余额</translation>
    </message>
</context>
<context>
    <name>WhereTo</name>
    <message>
        <source>Where to?</source>
        <translation>去哪儿？</translation>
    </message>
</context>
</TS>
